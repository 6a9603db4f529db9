// Explorers on a page without a kernel: their controls choose among pictures that were drawn
// when the site was built. nnbook/explorers/page.py writes the HTML, and the list of pictures.
"use strict";

for (const figure of document.querySelectorAll(".nn-explorer")) {
  const { names, values, words, frames } = JSON.parse(
    figure.querySelector('script[type="application/json"]').textContent);
  const fields = names.map((name) => figure.querySelector(`[data-name="${name}"]`));
  const images = [...figure.querySelectorAll("img")]; // for a light and for a dark page
  const spoken = figure.querySelector("[aria-live=polite]");
  const link = figure.querySelector(".nn-link a");
  let writing;

  // Of each control the index of its value. A fieldset holds radio buttons.
  const read = () => fields.map((field) => Number(
    (field.matches("fieldset") ? field.querySelector(":checked") : field).value));

  const show = () => {
    const places = read();
    const [light, dark, text] = frames[
      places.reduce((index, place, i) => index * values[i].length + place, 0)];
    images.forEach((image, i) => {
      const source = [light, dark][i];
      if (image.getAttribute("src") !== source) image.src = source;
      image.alt = text;
    });
    spoken.textContent = text;
    fields.forEach((field, i) => {
      if (field.type !== "range") return;
      const word = words[i][places[i]];
      field.setAttribute("aria-valuetext", word);
      field.nextElementSibling.textContent = word;
      field.style.setProperty("--filled", places[i] / field.max);
    });
    link.href = `#${figure.id}:` + names.map(
      (name, i) => `${name}=${encodeURIComponent(values[i][places[i]])}`).join(",");
  };

  // "#explore-training:lr=0.1,activation=relu": what it names is set, the rest stays.
  const follow = () => {
    const [id, setting = ""] = location.hash.slice(1).split(":");
    if (id !== figure.id) return;
    for (const part of setting.split(",")) {
      const [name, value = ""] = part.split("=");
      const i = names.indexOf(name);
      const place = values[i]?.findIndex((v) => v === value || encodeURIComponent(v) === value);
      if (!(place >= 0)) continue;
      if (fields[i].matches("fieldset")) {
        fields[i].querySelectorAll("input")[place].checked = true;
      } else {
        fields[i].value = place;
      }
    }
    show();
    figure.scrollIntoView({ block: "nearest" });
  };

  // All pictures for the page's colours are fetched once the explorer is nearly in sight,
  // and held, so that a move is seen at the next frame of the screen.
  const held = {};
  const fetchAll = () => {
    const mode = document.documentElement.dataset.theme === "dark" ? 1 : 0;
    held[mode] ??= frames.map((frame) => Object.assign(new Image(), { src: frame[mode] }));
  };
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    fetchAll();
    new MutationObserver(fetchAll).observe(
      document.documentElement, { attributeFilter: ["data-theme"] });
  }, { rootMargin: "50%" }).observe(figure);

  figure.addEventListener("input", () => {
    show();
    // A drag has many events, and browsers allow only so many changes of the address.
    clearTimeout(writing);
    writing = setTimeout(() => history.replaceState(null, "", link.href), 300);
  });
  addEventListener("hashchange", follow);
  show();
  follow();
  // Typeset formulas push the page down after it was opened at a setting.
  addEventListener("load", () => window.MathJax?.startup?.promise.then(() => {
    if (location.hash.startsWith(`#${figure.id}:`)) figure.scrollIntoView();
  }));
}
