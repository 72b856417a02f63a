import qrcode from "qrcode-generator";

/**
 * qr returns a QR code of the text as the data of an SVG path. The view box is size by
 * size units, one unit for each module. It includes the empty border that scanners need.
 */
export function qr(text: string): { size: number; path: string } {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const n = code.getModuleCount(), quiet = 4;
  let path = "";
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      if (code.isDark(row, column)) path += `M${column + quiet} ${row + quiet}h1v1h-1z`;
    }
  }
  return { size: n + 2 * quiet, path };
}
