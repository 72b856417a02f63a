// Pictures of pages are kept in the repository, so they are made small: a PNG of
// at most 64 colours, which is all that pages like these need.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from("89504e470d0a1a0a", "hex");
const most = 64;

/** The same picture, with a palette. png is Chromium's: eight bits, RGB or RGBA, not interlaced. */
export function small(png) {
  const { width, height, pixels } = decode(png);
  const palette = colours(pixels);
  const near = new Map();
  const nearest = (rgb) => {
    let found = near.get(rgb);
    if (found === undefined) {
      let best = Infinity;
      palette.forEach((c, i) => {
        const d = ((c >> 16) - (rgb >> 16)) ** 2 + (((c >> 8) & 255) - ((rgb >> 8) & 255)) ** 2 + ((c & 255) - (rgb & 255)) ** 2;
        if (d < best) [best, found] = [d, i];
      });
      near.set(rgb, found);
    }
    return found;
  };
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = nearest(pixels[y * width + x]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("PLTE", Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))),
    chunk("IDAT", deflateSync(lines, { level: 9, memLevel: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** The colours that most of the picture has; of those much alike, one. */
function colours(pixels) {
  const alike = new Map();
  const count = new Map();
  for (const rgb of pixels) count.set(rgb, (count.get(rgb) ?? 0) + 1);
  for (const [rgb, n] of count) {
    const key = (rgb >> 3) & 0x1f1f1f;
    const group = alike.get(key) ?? { n: 0, rgb, top: 0 };
    group.n += n;
    if (n > group.top) Object.assign(group, { rgb, top: n });
    alike.set(key, group);
  }
  return [...alike.values()].sort((a, b) => b.n - a.n).slice(0, most).map((g) => g.rgb);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function decode(png) {
  const parts = [];
  let width, height, channels;
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at), type = png.toString("latin1", at + 4, at + 8), data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") [width, height, channels] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9] === 6 ? 4 : 3];
    if (type === "IDAT") parts.push(data);
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts)), stride = width * channels;
  let above = Buffer.alloc(stride);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)], line = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : line[i - channels], up = above[i], corner = i < channels ? 0 : above[i - channels];
      line[i] += filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : filter === 4 ? paeth(left, up, corner) : 0;
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = (line[x * channels] << 16) | (line[x * channels + 1] << 8) | line[x * channels + 2];
    above = line;
  }
  return { width, height, pixels };
}

function paeth(a, b, c) {
  const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
