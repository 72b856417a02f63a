// The part of ABI encoding that the measurements need. A tuple or list is an array of encoded parts; dynamic parts are marked.
const word = (n) => BigInt(n).toString(16).padStart(64, "0");
const pad = (hex) => hex.padEnd(Math.ceil(hex.length / 64) * 64, "0");

export const num = (n) => ({ hex: word(n) });
export const addr = (a) => ({ hex: a.toLowerCase().replace("0x", "").padStart(64, "0") });
export const bytes32 = (b) => ({ hex: b.replace("0x", "") });
export const bytes = (b) => {
  const hex = b.replace("0x", "");
  return { dynamic: true, hex: word(hex.length / 2) + pad(hex) };
};
export const string = (s) => bytes(Buffer.from(s).toString("hex"));

export const tuple = (...parts) => {
  let head = "";
  let tail = "";
  const headSize = parts.reduce((sum, p) => sum + (p.dynamic ? 32 : p.hex.length / 2), 0);
  for (const p of parts) {
    if (p.dynamic) {
      head += word(headSize + tail.length / 2);
      tail += p.hex;
    } else head += p.hex;
  }
  return { dynamic: parts.some((p) => p.dynamic), hex: head + tail };
};
export const list = (parts) => ({ dynamic: true, hex: word(parts.length) + tuple(...parts).hex });
export const call = (selector, ...parts) => "0x" + selector.replace("0x", "") + tuple(...parts).hex;
