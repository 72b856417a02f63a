import { useEffect, useRef } from "preact/hooks";
import { AttentionList } from "./attention";
import { Calling } from "./call";
import { useObservable } from "./observable";
import { useAgain } from "./choice";
import { Dialog } from "./dialog";
import { short } from "./figures";
import { health } from "./health";
import { HomePage } from "./home";
import { LaunchDetail } from "./launch";
import { NewLaunch } from "./new";
import { Orders } from "./orders";
import { RevenuePage } from "./revenue";
import { OverviewPage } from "./overview";
import { page } from "./page";
import { route, to } from "./route";
import { PendingTxs } from "./pendingTxs";
import { look, signOut, standing } from "./session";
import { SignIn } from "./signin";
import { toast, Toasts } from "./toast";

export function App() {
  const now = useObservable(standing);
  useEffect(() => {
    const ask = () => look().catch((error: Error) => {
      toast(error.message, "stop");
      setTimeout(ask, 5000);
    });
    if (page.configured) void ask();
  }, []);
  if (!page.configured) return <Off />;
  if (now.kind === "asking") return <Frame title="Dashboard"><p class="step" role="status"><span class="spinner" aria-hidden="true" />Checking whether you are signed in…</p></Frame>;
  if (now.kind === "out") return <Frame title="Dashboard"><section class="card narrow"><h2>Sign in</h2><p>{page.openLaunches ? "Sign in with any wallet, and launch a token with it." : "Sign in with a wallet that this server allows."} You sign a short message. It costs nothing and moves no money.</p><SignIn /></section></Frame>;
  return (
    <>
      <Views address={now.session.address} operator={now.session.role === "operator"} />
      {now.kind === "ended" && (
        <Dialog title="Sign in again">
          <p>Your session ended. What you typed is still here.</p><SignIn />
          <p class="small"><button type="button" class="button quiet little" onClick={() => standing.set({ kind: "out" })}>Leave the dashboard</button></p>
        </Dialog>
      )}
      <Toasts />
    </>
  );
}

function Off() {
  return (
    <Frame title="Dashboard">
      <section class="card narrow">
        <h2>Sign-in is off</h2>
        <p>This server was started without the address of an admin. To turn the dashboard on, start it with your wallet’s address:</p>
        <div class="command"><pre tabIndex={0}><code>mint402 serve --admin 0xYourAddress …</code></pre></div>
        <p class="small">You can also set <code>MINT402_ADMIN</code>. You then sign in with a signature of that wallet; there is no password.</p>
      </section>
    </Frame>
  );
}

function Frame({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return <div class="dashboard"><h1 tabIndex={-1}>{title}</h1>{children}<Toasts /></div>;
}

const views: [path: string, name: string][] = [["/", "Overview"], ["/orders", "Orders"], ["/attention", "Attention"], ["/revenue", "Revenue"], ["/home", "Home page"], ["/new", "New launch"]];

function Views({ address, operator }: { address: string; operator: boolean }) {
  const { path, query } = useObservable(route);
  const { overview } = useObservable(health);
  useAgain();
  const waiting = overview?.launches.reduce((n, e) => n + e.attention, 0) ?? 0;
  const slug = path.match(/^\/launches\/([^/]+)$/)?.[1];
  const name = slug ? overview?.launches.find((e) => e.launch.slug === slug)?.launch.name ?? slug : views.find(([p]) => p === path)?.[1] ?? "Overview";
  const top = useRef<HTMLDivElement>(null);
  const before = useRef(path);
  useEffect(() => {
    document.title = `${name} · mint402 dashboard`;
    if (before.current === path) return;
    before.current = path;
    scrollTo(0, 0);
    top.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [path, name]);

  return (
    <div class="dashboard" ref={top}>
      <div class="bar">
        <nav aria-label="Dashboard">
          <ul>
            {views.filter(([p]) => operator || p !== "/home" && p !== "/revenue").map(([p, text]) => (
              <li key={p}>
                <a href={to(p)} aria-current={p === path ? "page" : undefined}>
                  {text}
                  {p === "/attention" && waiting > 0 && <span class="count">{waiting}<span class="visually-hidden"> waiting</span></span>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <p class="who">
          <code title={address}>{short(address)}</code>
          <button type="button" class="button quiet little" onClick={() => signOut().catch((e: Error) => toast(e.message, "stop"))}>Sign out</button>
        </p>
      </div>
      <PendingTxs />
      {slug ? <LaunchDetail key={slug} slug={slug} />
        : path === "/orders" ? <Orders query={query} />
        : path === "/attention" ? <AttentionList />
        : path === "/revenue" && operator ? <RevenuePage query={query} />
        : path === "/home" && operator ? <HomePage />
        : path === "/new" ? <NewLaunch account={address} />
        : <OverviewPage />}
      <Calling />
    </div>
  );
}
