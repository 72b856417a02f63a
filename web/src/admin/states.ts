// The names and texts of an order's states for the owner.

interface Words { name: string; tone: "good" | "going" | "warn" | "stop" | "quiet"; text: string }

const words: Record<string, Words> = {
  claimed: { name: "Claimed", tone: "going", text: "Its allotments are reserved. It is sent with the next batch." },
  minting: { name: "On its way", tone: "going", text: "A stored, signed transaction carries it." },
  mined: { name: "Mined", tone: "good", text: "The mint is in a block. Only a reorg could remove it." },
  minted: { name: "Minted, final", tone: "good", text: "The mint is final: it never changes." },
  settled: { name: "Owed", tone: "stop", text: "The contract has the money, and the tokens are not minted yet." },
  parked: { name: "Parked", tone: "warn", text: "It could not be charged and reserves nothing. The payer has to act." },
  voided: { name: "Voided", tone: "quiet", text: "It can never be charged: it expired or was cancelled." },
  refunded: { name: "Refunded", tone: "quiet", text: "The money went back to the payer." },
  received: { name: "Received", tone: "stop", text: "Money that reached the launch and bought nothing." },
};

export const states = Object.keys(words);

export function inWords(state: string): Words {
  return words[state] ?? { name: state, tone: "quiet", text: "" };
}

const statuses: Record<string, [string, Words["tone"]]> = {
  open: ["Open", "good"],
  sold_out: ["Sold out", "quiet"],
  closed: ["Closed", "quiet"],
  delisted: ["Off sale", "quiet"],
  not_open: ["Not open yet", "warn"],
  reserved: ["All reserved", "warn"],
};

/** statusOf returns the name and the tone for a launch's status. */
export function statusOf(status: string, paused?: boolean): [string, Words["tone"]] {
  if (paused && status !== "sold_out" && status !== "closed") return ["Paused", "warn"];
  return statuses[status] ?? ["Cannot deliver now", "stop"];
}
