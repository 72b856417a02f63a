import { t } from "../language";
import { UnknownChain } from "./connect";
import {
  chainDisconnected, codeOf, disconnected, rejected, requestPending, textOf, unauthorized, unknownChain, unsupported,
} from "./provider";

/** Words is a message: a title, its meaning, and what to do. */
export interface Words {
  title: string;
  what: string;
  todo: string;
  /** For support; empty if the other fields are enough. */
  details: string;
}

/** explain returns the message for a wallet's error. */
export function explain(error: unknown): Words {
  if (error instanceof UnknownChain) {
    return words(t("The wallet does not know this network"), t("It does not list {network}.", error.chain.title),
      t("You can add it below. The wallet shows the network before it adds it."));
  }
  const code = codeOf(error);
  switch (code) {
    case rejected:
      return words(t("You declined in the wallet"), t("Nothing was signed and nothing was sent."), t("You were not charged. Try again if you want."));
    case requestPending:
      return words(t("The wallet is waiting for you"), t("It has an earlier request open."), t("Open the wallet, answer that request, and try again."));
    case unauthorized:
      return words(t("The wallet does not allow this page"), t("It is locked, or this account is not connected to this page."),
        t("Unlock the wallet, connect this account in it, and try again."));
    case unsupported: case -32601:
      return words(t("The wallet cannot do this"), t("It does not know the request."), t("Use another wallet."), details(code, error));
    case disconnected: case chainDisconnected:
      return words(t("The wallet is not connected"), t("It has no account for this page, or has lost its network."),
        t("Open the wallet, unlock it, and connect again."));
    case unknownChain:
      return words(t("The wallet does not know this network"), "", t("Add the network in the wallet, and try again."));
  }
  if (/user (rejected|denied|cancell?ed)|rejected by (the )?user/i.test(textOf(error))) return explain({ code: rejected });
  return words(t("The wallet reported an error"), code === undefined ? t("It gave no code.") : t("Its code is {number}.", code),
    t("Try again, or use another wallet."), details(code, error));
}

function words(title: string, what: string, todo: string, details = ""): Words {
  return { title, what, todo, details };
}

function details(code: number | undefined, error: unknown): string {
  return `code ${code ?? "none"}: ${textOf(error)}`;
}
