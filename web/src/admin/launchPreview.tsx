import type { Form, Preview } from "./answers";
import { sentence } from "./ask";
import { brief, grouped } from "./figures";
import { coinOn, network as first, networkOf } from "./page";
import { Hex } from "./format";

/** LaunchPreview previews the launch as buyers will see it, with its costs, while the form is filled in. */
export function LaunchPreview({ form, preview, reading, trouble }: { form: Form; preview: Preview | null; reading: boolean; trouble: string }) {
  const network = networkOf(form.network) ?? first, coin = coinOn(network);
  return (
    <aside class="launch-preview" aria-labelledby="launch-preview" aria-busy={reading}>
      <div class="card certificate">
        <h2 id="launch-preview" class="label">As buyers will see it</h2>
        <p class="name"><bdi>{form.name.trim() || "Its name"}</bdi> <span class="symbol"><bdi>{form.symbol.trim() || "SYMBOL"}</bdi></span></p>
        {form.description.trim() && <p class="soft">{form.description}</p>}
        {preview ? (
          <dl class="facts">{preview.terms.filter((t) => t.label !== "address").map((t) => <div key={t.label}><dt>{sentence(t.label).replace(/\.$/, "")}</dt><dd>{t.text}</dd></div>)}</dl>
        ) : (
          <p class="soft small waiting">{trouble || (reading ? "Reading…" : "The terms appear here when name, symbol, price, allotment and cap are filled in.")}</p>
        )}
      </div>
      <div class="card costs">
        <h2 class="label">What it costs you</h2>
        <dl class="facts">
          <div><dt>Address</dt><dd>{preview ? <Hex value={preview.token} kind="address" on={network.chainId} what="predicted address" /> : "–"}</dd></div>
          <div><dt>Deploying</dt><dd>{!preview ? "–" : preview.deployed ? "it is there already" : <>about {brief(preview.ether)} {coin} <small class="soft">{grouped(preview.gas)} gas</small></>}</dd></div>
          <div><dt>Gas of each mint</dt><dd>{preview ? <>{brief(preview.mintEther)} {coin}</> : "–"}</dd></div>
        </dl>
        {preview?.mintShare && <p class="small soft">{sentence(preview.mintShare)}</p>}
        <p class="small soft">The address depends only on the terms, so it is known before the launch is deployed. On {network.title}.</p>
      </div>
    </aside>
  );
}
