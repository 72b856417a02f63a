import type { Words } from "../wallet";
import { gap, lang, plural, stop, t } from "../language";
import { grouped } from "../words";
import { offline } from "./offline";
import type { Order, Payment } from "./payment";
import { mayRepeat, type Refusal, type State, type Trouble } from "./state";
import { type LaunchTerms, paid } from "./terms";

/** notCharged is shown wherever this is certain. */
const notCharged = t("You were not charged.");

/** closed explains, by the launch's status, why minting is not possible now. It returns undefined if it is. */
export function closed(launch: LaunchTerms): Words | undefined {
  const { status, opensAt } = launch;
  switch (status) {
    case "open":
      return undefined;
    case "sold_out":
      return words(t("Sold out"), t("All tokens are minted, and there will be no more."), "");
    case "closed":
      return words(t("The sale has closed"), t("A payment is refused now, and not charged."), "");
    case "delisted":
      return words(t("Taken off sale"), t("The launch was taken off sale here. A payment is refused now, and not charged."), "");
    case "unreachable":
      return words(t("Not connected"), t("This page cannot reach its server, so you cannot mint here now. You are not charged."), t("The page continues when the server answers."));
    case "not_open":
      return words(t("Not open yet"), opensAt ? t("The sale opens on {time}.", when(Date.parse(opensAt) / 1000)) : "", t("Come back then."));
    case "reserved":
      return words(t("All reserved"), t("Payments on their way reserve all tokens that are left."), t("If one of them fails, its tokens are for sale again: wait a moment."));
  }
  return words(t("Not selling right now"), t("The server cannot deliver tokens now, so it accepts no payment."), t("It sells again as soon as it can deliver."));
}

/** refused explains why a payment bought no tokens, or why no payment was signed. */
export function refused(refusal: Refusal, launch: LaunchTerms, payment?: Payment): Words {
  const { code, message, details } = refusal;
  const left = typeof details.left === "number" ? details.left : undefined;
  switch (code) {
    case "wallet":
      return details.words as Words;
    case "offline":
      if (details.offline) return words(t("You are offline"), t("You signed nothing and were not charged."), t("Try again when you are online."));
      return words(t("The server does not answer"), t("The page could not get the price. You signed nothing and were not charged."), t("Check your connection and try again."));
    case "mismatch":
      return words(t("The price is not what this page shows"), `${message}${gap}${t("Nothing was signed.")}`, t("Reload the page. If it happens again, do not pay here."), `${code} ${String(details.field)}: ${message}`);
    case "other_tab":
      return words(t("Another tab is minting"), t("A payment for this launch is being signed or sent in another tab of this browser."), t("Continue there, or close that tab and try again."));
    case "account_changed":
      return words(t("The account changed"), t("Nothing was sent and you were not charged, even if the wallet still shows the request."), t("Check the account, then mint again."));
    case "chain_changed":
      return words(t("The network changed"), t("Nothing was sent and you were not charged, even if the wallet still shows the request."), t("Switch back, then mint again."));
    case "conflict":
      return words(t("This payment belongs to another order"), t("The server knows it for another launch or quantity."), t("Its receipt shows the outcome. Do not sign another payment before you have read it."));
  }
  const what = (text: string) => payment ? `${text ? text + gap : ""}${notCharged}` : text;
  switch (code) {
    case "sold_out":
      return left ? words(t("Not that many are left"), what(plural(left, grouped(left), "{n} is left for {price} each.", "{n} are left for {price} each.", paid(launch, 1))), t("Choose fewer, then mint again."))
        : words(t("Sold out"), what(payment ? t("The last tokens were sold before your payment arrived.") : t("All tokens are minted, and there will be no more.")), "");
    case "closed":
      return words(t("The sale has closed"), what(payment ? t("It closed before your payment arrived.") : ""), "");
    case "delisted":
      return words(t("Taken off sale"), what(payment ? t("The launch was taken off sale before your payment arrived.") : ""), "");
    case "not_open":
      return words(t("Not open yet"), what(server(message, "")), t("Come back when it opens."));
    case "invalid_exact_evm_insufficient_balance": case "insufficient_funds":
      return words(t("Not enough {symbol}", launch.asset.symbol), what(server(message, t("The account holds less than the price."))),
        mayRepeat(refusal) ? t("Add {symbol} to the account and try again: the payment you signed is sent as it is.", launch.asset.symbol)
          : t("Add {symbol} to the account and try again.", launch.asset.symbol));
    case "invalid_exact_evm_payload_authorization_valid_before": case "payment_expired":
      return words(t("The signature expired"), what(t("It was not used in time, and can never be used.")), t("Sign again. If it happens at once, your device’s clock may be wrong."));
    case "invalid_exact_evm_payload_authorization_valid_after":
      return words(t("The signature is not valid yet"), what(""), t("Your device’s clock may be wrong. Set it, and sign again."));
    case "invalid_exact_evm_nonce_already_used": case "voided":
      return words(t("This payment was cancelled or used elsewhere"), what(t("The chain shows that it can never be charged here.")), t("Sign again if you still want the tokens."));
    case "invalid_exact_evm_signature": case "eip6492_factory_not_allowed":
      return words(t("The signature does not fit the account"), what(t("A wallet contract has to be deployed before it can pay.")), t("Sign again, or use another account."), `${code}: ${message}`);
    case "invalid_exact_evm_transaction_simulation_failed":
      return words(t("{symbol} would not take this payment", launch.asset.symbol), what(server(message, "")), t("Use another account."), `${code}: ${message}`);
    case "reserved":
      return words(t("All reserved"), what(t("Payments on their way reserve all tokens that are left.")), t("If one of them fails, its tokens are for sale again: try again in a moment."));
    case "busy": case "payer_busy": case "books_unread": case "unavailable": case "internal":
      return words(t("The server cannot deliver now"), what(t("It accepts no payment that it could not deliver.")), t("Try again in a moment."), `${code}: ${message}`);
    case "quantity_out_of_range":
      return words(t("You cannot buy that quantity"), what(server(message, "")), t("Choose another."));
  }
  return words(payment ? t("The payment was refused") : t("It did not work"), what(server(message, "")), t("Try again."), `${code}: ${message}`);
}

/** stuck explains why a payment's outcome is not known yet, and that the payment is not lost. */
export function stuck(trouble: Trouble, payment: Payment, now: number): Words {
  return { ...outcome(trouble, payment, now), details: report(trouble, payment) };
}

/** report has what an operator needs to find a payment. It is English, as the operator's tools are. */
function report(trouble: Trouble, payment: Payment): string {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  return [`payment ${payment.id}`, `payer ${payment.payer}`, `${payment.paid} for ${payment.bought}`, ...(globalThis.location ? [`page ${location.href}`] : []),
    `signed at ${at(payment.signedAt)}, valid until ${at(payment.validBefore)}`, `last answer ${trouble.code}: ${trouble.message}`].join("\n");
}

function outcome(trouble: Trouble, payment: Payment, now: number): Words {
  const ran = now / 1000 > payment.validBefore;
  const todo = ran
    ? t("It expired at {time}. If the server did not accept it before, it can never be charged. This page keeps asking the server.", clock(payment.validBefore))
    : t("Keep this page open, or come back to it. It sends the same payment again until the server answers, and you can be charged only once. Do not sign again.");
  switch (trouble.code) {
    case "unreachable":
      if (offline()) return words(t("You are offline"), t("Your payment is stored in this browser. It is sent again when you are online."), todo);
      return words(t("The server does not answer"), t("Your payment is stored in this browser. It is not known yet whether the server received it."), todo);
    case "reserved":
      return words(t("All that is left is reserved"), t("You have not been charged yet. If another payment fails, yours can take its tokens."), todo);
    case "busy":
      return words(t("The queue is full"), t("You have not been charged yet."), todo);
    case "payer_busy":
      return words(t("Earlier payments of yours come first"), t("You have not been charged yet."), todo);
    case "books_unread": case "unavailable":
      return words(t("The server cannot deliver now"), t("You have not been charged yet: the server accepts no payment that it could not deliver."), todo);
  }
  return words(t("No answer yet"), t("It is not known yet whether the server accepted your payment."), todo);
}

/** waiting describes the state of an order. */
export function waiting(order: Order): Words {
  switch (order.state) {
    case "claimed":
      return words(t("On its way"), t("The server has accepted your payment and puts it into the next transaction."), t("There is nothing to do: the contract takes your money and mints the tokens in one step, or does neither."));
    case "settled":
      return words(t("Paid, and owed"), `${t("The contract has your money from another transaction.")}${gap}${order.reason ? sentence(order.reason) : t("The server mints your tokens for it.")}`,
        t("Do not pay again. The server keeps the record until you have the tokens or your money back."));
    case "parked":
      if (/used on chain|same nonce/.test(order.reason ?? ""))
        return words(t("It is being checked"), `${sentence(order.reason ?? "")}${gap}${t("You may have been charged.")}`, t("Do not sign another payment. This page keeps asking the server."));
      return words(t("The payment could not be made yet"), `${order.reason ? sentence(order.reason) + gap : ""}${t("You have not been charged.")}`,
        t("Remove the cause. The page then tries again automatically until the signature expires."));
  }
  return words(t("On its way"), t("The transaction is sent and waits for a block."), t("There is nothing to do: the contract takes your money and mints the tokens in one step, or does neither."));
}

/** said describes the state for screen readers, in a few words. */
export function said(state: State, launch: LaunchTerms): string {
  switch (state.at) {
    case "none":
      return "";
    case "asking":
      return t("Asking for the price.");
    case "signing":
      return t("Waiting for you to sign in your wallet.");
    case "sending":
      return state.trouble ? t("No answer yet. The same payment is sent again.") : t("Signed. The payment is sent.");
    case "waiting":
      return waiting(state.order).title + stop;
    case "mined":
      return t("Minted: {tokens} are yours.", state.payment.bought);
    case "final":
      return t("Final: you have {tokens}, permanently.", state.payment.bought);
    case "refunded":
      return t("This payment was refunded.");
    case "refused": {
      const w = refused(state.refusal, launch, state.payment);
      return w.title + stop + gap + w.what;
    }
    case "failed": {
      const w = refused(state.refusal, launch);
      return w.title + stop + gap + w.what;
    }
  }
}

/** locale is the reader's own in English, as before the page had languages. */
const locale = lang === "en" ? [] : lang;

/** clock formats a time of day, without the date. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
}

function when(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
}

/** words returns a message made of its parts. */
export function words(title: string, what: string, todo: string, details = ""): Words {
  return { title, what, todo, details };
}

/** server returns a message of the server as a sentence. The server writes English: a page in another language shows its own text, if it has one. */
function server(message: string, own: string): string {
  return message && (lang === "en" || !own) ? sentence(message) : own;
}

/** known has reasons of orders that the server writes in English, in the page's language. */
const known: Record<string, string> = {
  "sold out: the money goes back to the payer": t("sold out: the money goes back to the payer"),
  "the authorization expired before it could be sent": t("the authorization expired before it could be sent"),
  "the money is with the launch; once the payment's block is final the tokens follow, or the money goes back if they cannot":
    t("the money is with the launch; once the payment's block is final the tokens follow, or the money goes back if they cannot"),
  "the money is with the launch; the node gives no answer about this payment, and the request is repeated":
    t("the money is with the launch; the node gives no answer about this payment, and the request is repeated"),
  "the authorization is used on chain; how is not known yet": t("the authorization is used on chain; how is not known yet"),
  "another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it":
    t("another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it"),
  "the money is with the launch, and this server cannot mint for it: the launch's owner returns it":
    t("the money is with the launch, and this server cannot mint for it: the launch's owner returns it"),
  "the payment arrived before the sale opened: the money goes back to the payer": t("the payment arrived before the sale opened: the money goes back to the payer"),
  "the payment arrived after the sale closed: the money goes back to the payer": t("the payment arrived after the sale closed: the money goes back to the payer"),
  "no node could simulate its mint": t("no node could simulate its mint"),
  "a reorg replaced the block that ended this payment; the payment is checked again": t("a reorg replaced the block that ended this payment; the payment is checked again"),
};

/** sentence turns a message of the server into a sentence. */
function sentence(text: string): string {
  const trimmed = known[text.trim()] ?? text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?。！？]$/.test(trimmed) ? "" : stop);
}
