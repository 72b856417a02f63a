import type { Words } from "../wallet";
import type { Order, Payment } from "./payment";
import { mayRepeat, type Refusal, type State, type Trouble } from "./state";
import type { LaunchTerms } from "./terms";

/** notCharged is shown wherever this is certain. */
const notCharged = "You were not charged.";

/** closed explains, by the launch's status, why minting is not possible now. It returns undefined if it is. */
export function closed(launch: LaunchTerms): Words | undefined {
  const { status, opensAt } = launch;
  switch (status) {
    case "open":
      return undefined;
    case "sold_out":
      return words("Sold out", "All tokens are minted, and there will be no more.", "");
    case "closed":
      return words("The sale has closed", "A payment is refused now, and not charged.", "");
    case "delisted":
      return words("Taken off sale", "The operator of this server took the launch off sale. A payment is refused now, and not charged.", "");
    case "unreachable":
      return words("Not connected", "This page cannot reach its server, so you cannot mint here now. You are not charged.", "The page continues when the server answers.");
    case "not_open":
      return words("Not open yet", opensAt ? `The sale opens on ${when(Date.parse(opensAt) / 1000)}.` : "", "Come back then.");
    case "reserved":
      return words("All reserved", "Payments on their way reserve all tokens that are left.", "If one of them fails, its tokens are for sale again: wait a moment.");
  }
  return words("Not selling right now", "The server cannot deliver tokens now, so it accepts no payment.", "It sells again as soon as it can deliver.");
}

/** refused explains why a payment bought no tokens, or why no payment was signed. */
export function refused(refusal: Refusal, launch: LaunchTerms, payment?: Payment): Words {
  const { code, message, details } = refusal;
  const left = typeof details.left === "number" ? details.left : undefined;
  switch (code) {
    case "wallet":
      return details.words as Words;
    case "offline":
      return words("The server does not answer", "The page could not get the price. You signed nothing and were not charged.", "Check your connection and try again.");
    case "mismatch":
      return words("The price is not what this page shows", `${message} Nothing was signed.`, "Reload the page. If it happens again, do not pay here.", `${code} ${String(details.field)}: ${message}`);
    case "other_tab":
      return words("Another tab is minting", "A payment for this launch is being signed or sent in another tab of this browser.", "Continue there, or close that tab and try again.");
    case "account_changed":
      return words("The account changed", "Nothing was sent and you were not charged, even if the wallet still shows the request.", "Check the account, then mint again.");
    case "chain_changed":
      return words("The network changed", "Nothing was sent and you were not charged, even if the wallet still shows the request.", "Switch back, then mint again.");
    case "conflict":
      return words("This payment belongs to another order", "The server knows it for another launch or quantity.", "Its receipt shows the outcome. Do not sign another payment before you have read it.");
  }
  const what = (text: string) => payment ? `${text ? text + " " : ""}${notCharged}` : text;
  switch (code) {
    case "sold_out":
      return left ? words("Not that many are left", what(`${left} ${left === 1 ? "is" : "are"} left for ${launch.price.formatted} ${launch.asset.symbol} each.`), "Choose fewer, then mint again.")
        : words("Sold out", what(payment ? "The last tokens were sold before your payment arrived." : "All tokens are minted, and there will be no more."), "");
    case "closed":
      return words("The sale has closed", what(payment ? "It closed before your payment arrived." : ""), "");
    case "delisted":
      return words("Taken off sale", what(payment ? "The launch was taken off sale before your payment arrived." : ""), "");
    case "not_open":
      return words("Not open yet", what(message ? sentence(message) : ""), "Come back when it opens.");
    case "invalid_exact_evm_insufficient_balance": case "insufficient_funds":
      return words(`Not enough ${launch.asset.symbol}`, what(message ? sentence(message) : "The account holds less than the price."),
        `Add ${launch.asset.symbol} to the account and try again${mayRepeat(refusal) ? ": the payment you signed is sent as it is" : ""}.`);
    case "invalid_exact_evm_payload_authorization_valid_before": case "payment_expired":
      return words("The signature expired", what("It was not used in time, and can never be used."), "Sign again. If it happens at once, your device’s clock may be wrong.");
    case "invalid_exact_evm_payload_authorization_valid_after":
      return words("The signature is not valid yet", what(""), "Your device’s clock may be wrong. Set it, and sign again.");
    case "invalid_exact_evm_nonce_already_used": case "voided":
      return words("This payment was cancelled or used elsewhere", what("The chain shows that it can never be charged here."), "Sign again if you still want the tokens.");
    case "invalid_exact_evm_signature": case "eip6492_factory_not_allowed":
      return words("The signature does not fit the account", what("A wallet contract has to be deployed before it can pay."), "Sign again, or use another account.", `${code}: ${message}`);
    case "invalid_exact_evm_transaction_simulation_failed":
      return words(`${launch.asset.symbol} would not take this payment`, what(message ? sentence(message) : ""), "Use another account.", `${code}: ${message}`);
    case "reserved":
      return words("All reserved", what("Payments on their way reserve all tokens that are left."), "If one of them fails, its tokens are for sale again: try again in a moment.");
    case "busy": case "payer_busy": case "books_unread": case "unavailable": case "internal":
      return words("The server cannot deliver now", what("It accepts no payment that it could not deliver."), "Try again in a moment.", `${code}: ${message}`);
    case "quantity_out_of_range":
      return words("You cannot buy that quantity", what(message ? sentence(message) : ""), "Choose another.");
  }
  return words(payment ? "The payment was refused" : "It did not work", what(message ? sentence(message) : ""), "Try again.", `${code}: ${message}`);
}

/** stuck explains why a payment's outcome is not known yet, and that the payment is not lost. */
export function stuck(trouble: Trouble, payment: Payment, now: number): Words {
  const ran = now / 1000 > payment.validBefore;
  const todo = ran
    ? `It expired at ${clock(payment.validBefore)}. If the server did not accept it before, it can never be charged. This page keeps asking the server.`
    : "Keep this page open, or come back to it. It sends the same payment again until the server answers, and you can be charged only once. Do not sign again.";
  switch (trouble.code) {
    case "unreachable":
      return words("The server does not answer", "Your payment is stored in this browser. It is not known yet whether the server received it.", todo, trouble.message);
    case "reserved":
      return words("All that is left is reserved", `You have not been charged yet. If another payment fails, yours can take its tokens.`, todo);
    case "busy":
      return words("The queue is full", "You have not been charged yet.", todo);
    case "payer_busy":
      return words("Earlier payments of yours come first", "You have not been charged yet.", todo);
    case "books_unread": case "unavailable":
      return words("The server cannot deliver now", "You have not been charged yet: the server accepts no payment that it could not deliver.", todo);
  }
  return words("No answer yet", "It is not known yet whether the server accepted your payment.", todo, `${trouble.code}: ${trouble.message}`);
}

/** waiting describes the state of an order. */
export function waiting(order: Order): Words {
  switch (order.state) {
    case "claimed":
      return words("On its way", "The server has accepted your payment and puts it into the next transaction.", "There is nothing to do: the contract takes your money and mints the tokens in one step, or does neither.");
    case "settled":
      return words("Paid, and owed", `The contract has your money from another transaction. ${order.reason ? sentence(order.reason) : "The server mints your tokens for it."}`,
        "Do not pay again. The server keeps the record until you have the tokens or your money back.");
    case "parked":
      if (/used on chain|same nonce/.test(order.reason ?? ""))
        return words("It is being checked", `${sentence(order.reason ?? "")} You may have been charged.`, "Do not sign another payment. This page keeps asking the server.");
      return words("The payment could not be made yet", `${order.reason ? sentence(order.reason) + " " : ""}You have not been charged.`,
        "Remove the cause. The page then tries again automatically until the signature expires.");
  }
  return words("On its way", "The transaction is sent and waits for a block.", "There is nothing to do: the contract takes your money and mints the tokens in one step, or does neither.");
}

/** said describes the state for screen readers, in a few words. */
export function said(state: State, launch: LaunchTerms): string {
  switch (state.at) {
    case "none":
      return "";
    case "asking":
      return "Asking for the price.";
    case "signing":
      return "Waiting for you to sign in your wallet.";
    case "sending":
      return state.trouble ? "No answer yet. The same payment is sent again." : "Signed. The payment is sent.";
    case "waiting":
      return `${waiting(state.order).title}.`;
    case "mined":
      return `Minted: ${state.payment.bought} are yours.`;
    case "final":
      return `Final: you have ${state.payment.bought}, permanently.`;
    case "refunded":
      return "This payment was refunded.";
    case "refused": {
      const w = refused(state.refusal, launch, state.payment);
      return `${w.title}. ${w.what}`;
    }
    case "failed": {
      const w = refused(state.refusal, launch);
      return `${w.title}. ${w.what}`;
    }
  }
}

/** clock formats a time of day, without the date. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function when(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString([], { dateStyle: "long", timeStyle: "short" });
}

/** words returns a message made of its parts. */
export function words(title: string, what: string, todo: string, details = ""): Words {
  return { title, what, todo, details };
}

/** sentence turns a message of the server into a sentence. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
