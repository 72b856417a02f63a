import "./home/home.css";
import { data } from "./data";
import { follow, type Home } from "./home/live";
import { mints } from "./home/mints";
import { shelves } from "./home/shelves";
import { times } from "./home/times";
import { yours } from "./home/yours";

for (const img of document.querySelectorAll<HTMLImageElement>(".plate img")) {
  const gone = () => img.remove(); // the seal behind it stays
  if (img.complete && img.naturalWidth === 0 && img.loading !== "lazy") gone();
  else img.addEventListener("error", gone);
}
times();
void yours();
const page = data<Home>();
follow(mints(), shelves(page));
