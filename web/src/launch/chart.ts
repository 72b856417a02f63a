// The chart of the minted tokens and the money paid for them. Every mint pays the same
// price, so the two are one line, with a scale on either side.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dates, lang, t } from "../language";
import type { Page, Stats } from "./page";
import { grouped, times } from "../words";

const height = 240;
const steps = [1, 2, 5].flatMap((n) => Array.from({ length: 15 }, (_, e) => n * 10 ** e)).sort((a, b) => a - b); // distances of the grid lines, in allotments
const compact = new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 2 });

/** chart draws the chart into its figure and returns a function that updates it. */
export function chart(figure: HTMLElement, page: Page): (stats: Stats) => void {
  const plot = figure.querySelector<HTMLElement>(".plot");
  const caption = figure.querySelector<HTMLElement>("figcaption");
  if (!plot || !caption) return () => {};
  const l = page.launch;
  const price = Number(l.price.formatted), each = Number(l.allotment);
  const tokens = (sold: number) => `${grouped(times(l.allotment, sold))} ${l.symbol}`;
  const money = (sold: number) => `${grouped(times(l.price.formatted, sold))} ${l.asset.symbol}`;
  let stats = page.stats;
  let drawn: uPlot | undefined;

  // The caption shows the point at the pointer, or the totals.
  const say = (at?: number | null) => {
    const point = at == null ? undefined : drawn?.data[0][at];
    const sold = at == null ? stats.sold : (drawn?.data[1]?.[at] ?? stats.sold);
    const when = point === undefined ? t("So far") : new Date(point * 1000).toLocaleString(dates, { dateStyle: "medium", timeStyle: "short" });
    caption.textContent = t("{time}: {tokens} minted, {price} paid", when, tokens(sold), money(sold));
  };

  const draw = () => {
    drawn?.destroy();
    const [soft, line, mint, wash, card] = colours(figure, ["--soft", "--line", "--mint", "--mint-wash", "--card"]);
    const scale = { scale: "y", stroke: soft, font: `12px ${getComputedStyle(figure).fontFamily}`, size: 56, gap: 8, incrs: steps, space: 44, ticks: { show: false } };
    drawn = new uPlot({
      width: plot.clientWidth, height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, width: 2, fill: mint, stroke: card } },
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] } },
      axes: [
        { ...scale, scale: "x", size: 32, space: 90, incrs: undefined, grid: { show: false }, values: clock },
        { ...scale, grid: { stroke: line, width: 1 }, values: (_, at) => at.map((v) => compact.format(v * each)) },
        { ...scale, side: 1, grid: { show: false }, values: (_, at) => at.map((v) => compact.format(v * price)) },
      ],
      series: [{}, { stroke: mint, fill: wash, width: 2, paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false } }],
      hooks: { setCursor: [(u) => say(u.cursor.idx)] },
    }, curve(stats), plot);
  };

  const change = (next: Stats) => {
    stats = next;
    drawn?.setData(curve(next));
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", t("From 0 on {start} to {tokens} and {price} on {end}. Mints: {mints}. Payers: {payers}.",
      day(next.from), tokens(next.sold), money(next.sold), day(next.to), grouped(next.mints), grouped(next.payers)));
    table(figure, next, tokens, money);
    say();
  };
  draw();
  change(stats);
  new ResizeObserver(() => drawn?.setSize({ width: plot.clientWidth, height })).observe(plot);
  document.addEventListener("theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return change;
}

/** curve returns the times and the allotments sold, from 0 at the start to the newest block. */
function curve(stats: Stats): uPlot.AlignedData {
  const seconds = (at: string) => Date.parse(at) / 1000;
  const xs = [seconds(stats.from)], ys = [0];
  for (const p of stats.points) {
    xs.push(Math.max(seconds(p.at), xs.at(-1)!));
    ys.push(p.sold);
  }
  const end = Math.max(seconds(stats.to), xs.at(-1)!);
  xs.push(end > xs[0]! ? end : end + 60);
  ys.push(stats.sold);
  return [xs, ys];
}

/** clock formats the labels of the time axis: times if they are less than a day apart, otherwise dates. */
function clock(_: uPlot, at: number[], __: number, ___: number, step: number): string[] {
  const form: Intl.DateTimeFormatOptions = step < 86400 ? { hour: "2-digit", minute: "2-digit", second: step < 60 ? "2-digit" : undefined } : { day: "numeric", month: "short" };
  return at.map((s) => new Date(s * 1000).toLocaleString(dates, form));
}

function day(at: string): string {
  return new Date(at).toLocaleString(dates, { dateStyle: "long", timeStyle: "short" });
}

/** colours resolves custom properties of base.css to colours for the canvas. */
function colours(inside: HTMLElement, names: string[]): string[] {
  const probe = inside.appendChild(document.createElement("span"));
  const all = names.map((name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return all;
}

/** table shows the chart's data as a table, for users who cannot see the chart or want to copy figures. */
function table(figure: HTMLElement, stats: Stats, tokens: (sold: number) => string, money: (sold: number) => string): void {
  const body = figure.parentElement?.querySelector(".chart-table tbody");
  if (!body) return;
  body.replaceChildren(...stats.points.map((p) => {
    const row = document.createElement("tr");
    for (const [label, text] of [[t("Until"), day(p.at)], [t("Block"), grouped(p.block)], [t("Mints"), grouped(p.mints)], [t("Minted"), tokens(p.sold)], [t("Paid"), money(p.sold)]] as const) {
      const cell = row.insertCell();
      cell.dataset.label = label;
      cell.textContent = text;
    }
    return row;
  }));
}
