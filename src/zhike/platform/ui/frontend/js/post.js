// A POST of our own, with the page's forgery token.
export function post(url, fields = {}) {
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": document.body.dataset.csrf ?? "", "HX-Request": "true" },
    body: new URLSearchParams(fields),
  });
}
