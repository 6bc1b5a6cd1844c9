// Puts the reader at the summary of what to put right, and from there straight into each field.

const summary = document.querySelector("[data-error-summary]");

if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const place = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!place) return;
    event.preventDefault();
    // Label or legend into view, not the field alone: one has to read what is asked.
    (place.closest(".field") ?? place).scrollIntoView();
    const field = place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea");
    (field ?? place).focus({ preventScroll: true });
  });
}
