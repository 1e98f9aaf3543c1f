// The browser half of the desk: partial updates and keys.
// Nothing here is needed to read a page or to send a form; without it the pages still work.
import "htmx.org";

// Ctrl+Enter (⌘ on a Mac) sends the form one is typing in.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
  const form = e.target.closest("form[method=post]") || document.getElementById("desk-form");
  if (!form) return;
  e.preventDefault();
  form.requestSubmit();
});

// At the desk the digits 1 to 6 choose the kind while nothing is being typed.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
  const chip = document.querySelector(`#desk-form input[data-digit="${Number(e.key) - 1}"]`);
  if (chip) {
    chip.checked = true;
    chip.focus();
  }
});

// "/" goes to the search box.
document.addEventListener("keydown", (e) => {
  if (e.key !== "/" || e.target.closest("input, textarea, select")) return;
  const box = document.querySelector(".find input");
  if (box) {
    e.preventDefault();
    box.focus();
  }
});

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));

// Answers to "what is wrong" open where the fault is.
document.addEventListener("DOMContentLoaded", () => {
  const fault = document.querySelector(".fault[role=alert]");
  if (fault) fault.scrollIntoView({ block: "center" });
});

// A link to an act, or to what it is about, opens its form.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches("details")) return;
  target.open = true;
  target.scrollIntoView({ block: "center" });
  target.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
}
window.addEventListener("hashchange", openTarget);
document.addEventListener("DOMContentLoaded", openTarget);
document.addEventListener("click", (e) => {
  const link = e.target.closest('a[href^="#act-"]');
  if (link && link.hash === location.hash) openTarget();
});

// On a phone the menu is wider than the window: the page one is on comes into view.
document.addEventListener("DOMContentLoaded", () => {
  const here = document.querySelector(".top nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
});

// The print button of a document.
document.addEventListener("click", (e) => {
  if (e.target.closest("[data-print]")) window.print();
});
