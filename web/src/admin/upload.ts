// Pictures that are chosen for a launch's page, before they are sent.

interface Size { width: number; height: number }

/** unfit returns why a picture will not look good, or "". The server accepts it nevertheless. */
export async function unfit(name: "image" | "banner", file: Blob): Promise<string> {
  try {
    const picture = await createImageBitmap(file);
    const { width, height } = picture;
    picture.close();
    return remark(name, { width, height });
  } catch {
    return ""; // an SVG, which has every size, or no picture: the server says so
  }
}

/** remark judges the size of a picture. */
export function remark(name: "image" | "banner", { width, height }: Size): string {
  const size = `This picture has ${width} × ${height} pixels`;
  if (name === "banner") {
    if (width < 2 * height || width > 4 * height) return `${size}. It is cut to three times as wide as high; 1500 × 500 fits.`;
    return width < 1000 ? `${size}, and will look blurred. 1500 × 500 fits.` : "";
  }
  if (Math.max(width, height) > 1.1 * Math.min(width, height)) return `${size}. It is shown whole, with empty space around it; a square of 1024 × 1024 fits.`;
  return width < 512 ? `${size}, and will look blurred. A square of 1024 × 1024 fits.` : "";
}
