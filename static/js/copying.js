// Copies what somebody has to carry to another program: an address, a key.

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  // Selected, it can be copied by hand where the browser refuses.
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copiado";
  } catch {
    button.textContent = "Copie com Ctrl+C";
  }
});
