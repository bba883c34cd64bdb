// Runs before the first paint, so that a dark page never flashes white.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("govorun.theme"); } catch { /* a private window: the system decides */ }
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
