/** Calm, in the colours of the browser's theme; no font or picture is fetched. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --text: #1b2430; --soft: #5a6675; --line: #e1e5ea; --good: #0b7a5b; --bad: #b3382c; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12161c; --card: #1b212a; --text: #e8ecf1; --soft: #a3adba; --line: #303947; --good: #4cc9a0; --bad: #f08a7e; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; text-align: center; }
.mark { width: 3rem; height: 3rem; margin: 0 auto 1rem; border: 2px solid currentColor; border-radius: 50%; font: 600 1.5rem/2.75rem system-ui, sans-serif; }
.success .mark { color: var(--good); }
.failure .mark { color: var(--bad); }
h1 { margin: 0 0 .75rem; font-size: 1.25rem; }
p { margin: 0 0 .75rem; color: var(--soft); }
strong { color: var(--text); font-weight: 600; }
details { margin-top: 1rem; text-align: left; }
summary { cursor: pointer; color: var(--soft); }
pre { margin: .5rem 0 0; padding: .75rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; font: 13px/1.5 ui-monospace, monospace; }
footer { margin-top: 1.5rem; font-size: .8125rem; color: var(--soft); }
`;
