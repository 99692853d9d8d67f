// What the form of the resident's page gains with scripts: the place by a press, and a photo made
// small before it is sent over a slow line. Without them the form works all the same.

const SIDE = 1600;
const SMALL = 400_000;

const lon = document.querySelector("[name=lon]");
const lat = document.querySelector("[name=lat]");
const element = document.getElementById("pick");
let pick = null;

/** The map, its style and its words come at the first press alone. */
async function load() {
  const { outline, words, styles } = element.dataset;
  const asked = fetch(outline, { credentials: "omit" }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  });
  await Promise.all([...styles.split(" ").map((href) => added("link", { rel: "stylesheet", href })),
    added("script", { src: words })]);
  const [config, map] = await Promise.all([asked, import("../map/picker.js")]);
  return { ...map, config };
}

/** An element of the head, once it has come. */
function added(name, attributes) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.addEventListener("load", resolve);
    made.addEventListener("error", reject);
    document.head.append(made);
  });
}

if (element) {
  import("../data/pick.js").then(({ Pick, pointOf }) => {
    pick = new Pick(element, {
      read: () => pointOf(lon.value, lat.value),
      write: (at) => {
        lon.value = at ? at.lon.toFixed(6) : "";
        lat.value = at ? at.lat.toFixed(6) : "";
      },
      load,
    });
  }).catch(() => {}); // without it the place is sent in words
}

const here = document.getElementById("here");
if (here && navigator.geolocation) {
  here.hidden = false;
  const status = here.querySelector("[role=status]");
  here.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lon.value = coords.longitude.toFixed(6);
        lat.value = coords.latitude.toFixed(6);
        pick?.follow();
        status.textContent = here.dataset.found.replace("{n}", Math.round(coords.accuracy));
      },
      () => { status.textContent = here.dataset.none; },
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  });
}

const photo = document.querySelector("input[type=file]");
photo?.addEventListener("change", async () => {
  const [file] = photo.files;
  if (!file || file.size < SMALL) return;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
    if (!blob || blob.size >= file.size) return;
    const files = new DataTransfer();
    files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
    photo.files = files.files;
  } catch {
    // The file is sent as it is; the server says what is wrong with it.
  }
});

// A second press while a slow line sends would send it again.
document.querySelector("form")?.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button[type=submit]");
  setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[type=submit]")) button.disabled = false;
});
