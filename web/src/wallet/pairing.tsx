import { useEffect, useState } from "preact/hooks";
import { t } from "../language";

/** Pairing shows a QR code for a wallet on another device, and a link for one on this device. */
export function Pairing({ uri }: { uri: string }) {
  const [code, setCode] = useState<{ size: number; path: string }>();
  const [said, say] = useState(t("Copy the link"));
  useEffect(() => {
    let gone = false;
    import("./qr").then(({ qr }) => { if (!gone) setCode(qr(uri)); }, () => { /* the link still works */ });
    return () => { gone = true; };
  }, [uri]);
  return (
    <div class="pairing">
      <p>{t("Scan this with your wallet’s app.")}</p>
      <div class="qr">
        {code && <svg role="img" aria-label={t("Pairing code for a wallet app")} viewBox={`0 0 ${code.size} ${code.size}`} shape-rendering="crispEdges"><path d={code.path} /></svg>}
      </div>
      <div class="buttons">
        <a class="button little" href={uri}>{t("Open a wallet app")}</a>
        {navigator.clipboard && <button class="button little" type="button"
          onClick={() => void navigator.clipboard.writeText(uri).then(() => say(t("Copied")), () => say(t("Not copied")))}>{said}</button>}
      </div>
    </div>
  );
}
