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
      return words("Sold out", "Every token that there will ever be is minted.", "");
    case "closed":
      return words("The sale has closed", "A payment now is refused before it can be charged.", "");
    case "delisted":
      return words("Taken off sale", "The operator of this server took the launch off sale. A payment now is refused before it can be charged.", "");
    case "unreachable":
      return words("Not connected", "This page does not reach its server, so nothing can be minted here now.", "It goes on as soon as the server answers.");
    case "not_open":
      return words("Not open yet", opensAt ? `The sale opens on ${when(Date.parse(opensAt) / 1000)}.` : "", "Come back then.");
    case "reserved":
      return words("All reserved", "All that is left is held by payments on their way.", "What falls through comes back: wait a moment.");
  }
  return words("Not selling right now", "The server could not deliver now, so it takes no payment.", "It goes on selling as soon as it can.");
}

/** refused explains why a payment bought no tokens, or why no payment was signed. */
export function refused(refusal: Refusal, launch: LaunchTerms, payment?: Payment): Words {
  const { code, message, details } = refusal;
  const left = typeof details.left === "number" ? details.left : undefined;
  switch (code) {
    case "wallet":
      return details.words as Words;
    case "offline":
      return words("The server does not answer", "No price could be asked for, and nothing was signed.", "Check your connection and try again.");
    case "mismatch":
      return words("The price is not what this page shows", `${message} Nothing was signed.`, "Reload the page. If it stays so, do not pay here.", `${code} ${String(details.field)}: ${message}`);
    case "other_tab":
      return words("Another tab is at it", "A payment for this launch is being signed or sent in another tab of this browser.", "Go on there, or close it and try again.");
    case "account_changed":
      return words("The account changed meanwhile", "Nothing was sent, whatever the wallet still shows.", "Check the account, and mint again.");
    case "chain_changed":
      return words("The network changed meanwhile", "Nothing was sent, whatever the wallet still shows.", "Switch back, and mint again.");
    case "conflict":
      return words("This payment belongs to another order", "The server knows it for another launch or quantity.", "Its receipt says what became of it.");
  }
  const what = (text: string) => payment ? `${text ? text + " " : ""}${notCharged}` : text;
  switch (code) {
    case "sold_out":
      return left ? words("Not that many are left", what(`${left} ${left === 1 ? "is" : "are"} left for ${launch.price.formatted} ${launch.asset.symbol} each.`), "Choose fewer, and mint again.")
        : words("Sold out", what(payment ? "The last tokens went before your payment arrived." : "Every token that there will ever be is minted."), "");
    case "closed":
      return words("The sale has closed", what(payment ? "It closed before your payment arrived." : ""), "");
    case "delisted":
      return words("Taken off sale", what(payment ? "The launch was taken off sale before your payment arrived." : ""), "");
    case "not_open":
      return words("Not open yet", what(message ? sentence(message) : ""), "Come back when it opens.");
    case "invalid_exact_evm_insufficient_balance": case "insufficient_funds":
      return words(`Not enough ${launch.asset.symbol}`, what(message ? sentence(message) : "The account does not hold the price."),
        `Add ${launch.asset.symbol} to the account and try again${mayRepeat(refusal) ? ": the payment you signed is sent as it is" : ""}.`);
    case "invalid_exact_evm_payload_authorization_valid_before": case "payment_expired":
      return words("The signature ran out", what("It was not used in time, and never can be."), "Sign again. If it happens at once, your device’s clock may be wrong.");
    case "invalid_exact_evm_payload_authorization_valid_after":
      return words("The signature is not valid yet", what(""), "Your device’s clock may be wrong. Set it, and sign again.");
    case "invalid_exact_evm_nonce_already_used": case "voided":
      return words("This payment was cancelled or used elsewhere", what("The chain shows that it can never be charged here."), "Sign again if you still want the tokens.");
    case "invalid_exact_evm_signature": case "eip6492_factory_not_allowed":
      return words("The signature does not fit the account", what("A wallet contract has to be deployed before it can pay."), "Sign again, or use another account.", `${code}: ${message}`);
    case "invalid_exact_evm_transaction_simulation_failed":
      return words(`${launch.asset.symbol} would not take this payment`, what(message ? sentence(message) : ""), "Use another account.", `${code}: ${message}`);
    case "reserved":
      return words("All reserved", what("All that is left is held by payments on their way."), "What falls through comes back: try again in a moment.");
    case "busy": case "payer_busy": case "books_unread": case "unavailable": case "internal":
      return words("The server cannot deliver now", what("It takes no payment that it could not deliver for."), "Try again in a moment.", `${code}: ${message}`);
    case "quantity_out_of_range":
      return words("That quantity cannot be bought", what(message ? sentence(message) : ""), "Choose another.");
  }
  return words(payment ? "The payment was refused" : "It did not work", what(message ? sentence(message) : ""), "Try again.", `${code}: ${message}`);
}

/** stuck explains why a payment's outcome is not known yet, and that the payment is not lost. */
export function stuck(trouble: Trouble, payment: Payment, now: number): Words {
  const ran = now / 1000 > payment.validBefore;
  const todo = ran
    ? `It ran out at ${clock(payment.validBefore)}: unless it was taken before, it can never be charged. This page keeps asking.`
    : "Keep this page, or come back to it: the same payment is sent again until there is an answer. You need not sign again.";
  switch (trouble.code) {
    case "unreachable":
      return words("The server does not answer", "Your payment is kept here, and it is not known yet whether it arrived.", todo, trouble.message);
    case "reserved":
      return words("All that is left is reserved", `Nothing was taken yet. If another payment falls through, yours is next.`, todo);
    case "busy":
      return words("The queue is full", "Nothing was taken yet.", todo);
    case "payer_busy":
      return words("Earlier payments of yours come first", "Nothing was taken yet.", todo);
    case "books_unread": case "unavailable":
      return words("The server cannot deliver now", "It takes nothing while it could not keep its promise.", todo);
  }
  return words("No answer yet", "It is not known yet whether your payment was taken.", todo, `${trouble.code}: ${trouble.message}`);
}

/** waiting describes the state of an order. */
export function waiting(order: Order): Words {
  switch (order.state) {
    case "claimed":
      return words("On its way", "The server has taken your payment and puts it into the next transaction.", "Nothing to do: tokens and money change hands together, or not at all.");
    case "settled":
      return words("Paid, and owed", `Your money reached the contract by another way. ${order.reason ? sentence(order.reason) : "The tokens are minted for it."}`,
        "Do not pay again. It stays on record until you have the tokens or the money.");
    case "parked":
      if (/used on chain|same nonce/.test(order.reason ?? ""))
        return words("It is being checked", `${sentence(order.reason ?? "")} You may have been charged.`, "Do not sign another one for it. This page keeps asking.");
      return words("It could not be carried out yet", `${order.reason ? sentence(order.reason) + " " : ""}Nothing was charged so far.`,
        "Cure that, and it goes on by itself until the signature runs out.");
  }
  return words("On its way", "The transaction is sent, and waits for its block.", "Nothing to do: tokens and money change hands together, or not at all.");
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
      return `Final: ${state.payment.bought} are yours for good.`;
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
