// The bars of revenue, in the style of the chart on a launch's page.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { grouped } from "../words";
import { date } from "./day";
import type { Row } from "./revenue";

const height = 240;
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** bars draws a bar for each row into a figure, and returns the function that removes them. */
export function bars(figure: HTMLElement, rows: Row[], money: string): () => void {
  const plot = figure.querySelector<HTMLElement>(".plot")!;
  const caption = figure.querySelector<HTMLElement>("figcaption")!;
  const paid = rows.map((r) => Number(r.paid.formatted));
  const say = (at?: number | null) => {
    const row = at == null ? rows.at(-1) : rows[at];
    caption.textContent = row ? `${date(row.start)}: ${grouped(row.paid.formatted)} ${money}, ${grouped(row.mints)} mints` : "";
  };
  let drawn: uPlot | undefined;
  const draw = () => {
    drawn?.destroy();
    const [soft, line, mint] = ["--soft", "--line", "--mint"].map((name) => colour(figure, name));
    const axis: uPlot.Axis = { stroke: soft, font: `12px ${getComputedStyle(figure).fontFamily}`, ticks: { show: false } };
    drawn = new uPlot({
      width: plot.clientWidth, height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, range: () => [-0.7, Math.max(rows.length, 8) - 0.3] }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
      axes: [
        { ...axis, size: 32, space: 90, grid: { show: false }, incrs: [1, 2, 5, 7, 10, 14, 20, 30, 52], values: (_, at) => at.map((i) => (Number.isInteger(i) && rows[i] ? short(rows[i]!.start) : "")) },
        { ...axis, size: 56, gap: 8, space: 44, grid: { stroke: line, width: 1 }, values: (_, at) => at.map((v) => compact.format(v)) },
      ],
      series: [{}, { stroke: mint, fill: mint, width: 0, paths: uPlot.paths.bars?.({ size: [0.7, 60] }), points: { show: false } }],
      hooks: { setCursor: [(u) => say(u.cursor.idx)] },
    }, [rows.map((_, i) => i), paid], plot);
  };
  draw();
  say();
  const seen = new ResizeObserver(() => drawn?.setSize({ width: plot.clientWidth, height }));
  seen.observe(plot);
  document.addEventListener("theme", draw);
  return () => { seen.disconnect(); document.removeEventListener("theme", draw); drawn?.destroy(); };
}

const short = (at: string) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** colour resolves a custom property of base.css for the canvas. */
function colour(inside: HTMLElement, name: string): string {
  const probe = inside.appendChild(document.createElement("span"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
