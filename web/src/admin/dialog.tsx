import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { cover, Toasts } from "./toast";

interface Props {
  title: ComponentChildren;
  onClose?: () => void; // without it the dialog cannot be closed by the user
  drawer?: boolean; // at the side, for reading; otherwise in the middle, for decisions
  children: ComponentChildren;
}

/** Dialog is a native modal: the browser keeps the focus in it. On close, the focus returns to the earlier element, or to the h1 if that is gone. */
export function Dialog({ title, onClose, drawer, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const gone = useRef(false);
  useEffect(() => {
    const uncover = cover(id);
    const before = document.activeElement as HTMLElement | null;
    const shown = dialog.current!;
    shown.showModal();
    heading.current!.focus();
    return () => {
      gone.current = true;
      uncover();
      shown.close();
      const back = before?.isConnected && before !== document.body && !before.matches(":disabled") ? before : document.querySelector<HTMLElement>("main h1");
      back?.focus({ preventScroll: true });
    };
  }, []);
  // Browsers close it at a second Escape, even if the first one was prevented.
  const closed = () => {
    if (gone.current) return;
    if (onClose) onClose();
    else dialog.current!.showModal();
  };
  return (
    <dialog ref={dialog} class={drawer ? "drawer" : ""} aria-labelledby={id}
      onCancel={(e) => { e.preventDefault(); onClose?.(); }} onClose={closed}
      onClick={(e) => { if (e.target === e.currentTarget && outside(e)) onClose?.(); }}>
      <header class="row">
        <h2 id={id} ref={heading} tabIndex={-1}>{title}</h2>
        {onClose && <button type="button" class="icon-button" aria-label="Close" onClick={onClose}><span aria-hidden="true">✕</span></button>}
      </header>
      {children}
      <Toasts over={id} />
    </dialog>
  );
}

// A click on the backdrop has the dialog as its target, so compare with its box.
function outside(at: MouseEvent & { currentTarget: HTMLElement }): boolean {
  const box = at.currentTarget.getBoundingClientRect();
  return at.clientX < box.left || at.clientX > box.right || at.clientY < box.top || at.clientY > box.bottom;
}
