"use strict"

// The page of flare-gui's *Share*: NiiVue draws, this connects it with what lies in the page and with the controls.

const { Niivue, NVImage, NVMesh, SLICE_TYPE, MULTIPLANAR_TYPE, SHOW_RENDER } = niivue
const ABOUT = JSON.parse(document.getElementById("about").textContent)
const PLANES = { axial: 2, coronal: 1, sagittal: 0 } // and the axis of (x, y, z) that each goes through
const VIEWS = { planes: "3 planes", axial: "Axial", coronal: "Coronal", sagittal: "Sagittal", solid: "3D" }
const SIDES = { Front: [180, 0], Back: [0, 0], Right: [90, 0], Left: [270, 0], Feet: [180, -90] }
const SWIPE_PX = 6 // of a finger's way for one slice
const NARROW = matchMedia("(max-width: 800px)")
const shown = new Set(ABOUT.organs.map((organ) => organ.label))
const byId = (id) => document.getElementById(id)

/** The bytes of a part of the page: base64 of gzip. */
async function unpacked(id) {
  const element = byId(id)
  const packed = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0))
  element.remove() // the text is no longer needed, and phones are short of memory
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** An element with properties and children. */
function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

/** A row of buttons of which one is pressed: `names` by key, `chosen` gets the key. */
function choice(parent, names, chosen) {
  const press = (key) => {
    for (const button of parent.children) button.setAttribute("aria-pressed", button.dataset.key === key)
    chosen(key)
  }
  for (const [key, name] of Object.entries(names)) {
    const button = made("button", { type: "button", onclick: () => press(key) }, name)
    button.dataset.key = key
    parent.append(button)
  }
  return press
}

// Slices

async function image(name, datatype, voxels, ...more) {
  const { shape, spacing, affine } = ABOUT.scan
  const file = NVImage.createNiftiArray(shape, spacing, affine.flat(), datatype, voxels)
  return NVImage.new(file.buffer, name, ...more)
}

/** NiiVue works out light for volume rendering with every window, 16 samples a voxel; nothing here is rendered by it. */
function withoutLight(view) {
  const Shader = view.blurShader.constructor
  const nowhere = "#version 300 es\nvoid main() { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); }"
  const nothing = "#version 300 es\nprecision highp float;\nout vec4 colour;\nvoid main() { colour = vec4(0.0); }"
  view.blurShader = view.sobelFirstOrderShader = new Shader(view.gl, nowhere, nothing)
}

async function showSlices() {
  const view = new Niivue({
    backColor: [0, 0, 0, 1], crosshairColor: [0.34, 0.71, 0.91, 0.9], crosshairWidth: 0.2, crosshairWidthUnit: "percent", fontColor: [0.8, 0.85, 0.9, 1],
    isRadiologicalConvention: true, sagittalNoseLeft: true, isOrientationTextVisible: true, dragAndDropEnabled: false,
    multiplanarShowRender: SHOW_RENDER.NEVER, multiplanarPadPixels: 6, tileMargin: 0, logLevel: "silent",
  })
  view.resetBriCon = () => {} // a long or double touch would choose a window of NiiVue's own
  await view.attachToCanvas(byId("planes"))
  withoutLight(view)
  const [codes, labels] = [await unpacked("ct"), await unpacked("labels")]
  const levels = Int16Array.from(ABOUT.scan.levels)
  const hu = new Int16Array(codes.length)
  for (let i = 0; i < codes.length; i++) hu[i] = levels[codes[i]]
  const [low, high] = Object.values(ABOUT.windows)[0]
  const ct = await image("ct.nii", 4, hu, "gray", 1, null, low, high)
  const organs = await image("organs.nii", 2, labels, "gray", 1, null, 0, 255)
  const table = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [""] }
  for (const { label, name, rgb } of ABOUT.organs) {
    ;["R", "G", "B"].forEach((channel, i) => table[channel].push(rgb[i]))
    table.A.push(255)
    table.I.push(label)
    table.labels.push(name)
  }
  organs.setColormapLabel(table)
  organs.hdr.intent_code = 1002 // labels: NiiVue draws outlines of nothing else
  organs.opacity = byId("opacity").value / 100
  view.opts.atlasOutline = 1
  // Both at once: with `addVolume` one by one, the first would be drawn into textures twice.
  ;[view.volumes, view.back, view.overlays] = [[ct, organs], ct, [organs]]
  view.updateGLVolume()

  const { shape } = ABOUT.scan
  const sliders = {}
  const at = () => Array.from(view.frac2vox(view.scene.crosshairPos, 0))
  const moveTo = (axis, index) => {
    const by = [0, 0, 0]
    by[axis] = Math.min(shape[axis] - 1, Math.max(0, index)) - at()[axis]
    view.moveCrosshairInVox(...by)
  }
  for (const [plane, axis] of Object.entries(PLANES)) {
    const name = VIEWS[plane]
    const slider = made("input", { type: "range", min: 0, max: shape[axis] - 1, ariaLabel: `${name} slice` })
    const place = made("output", {})
    slider.oninput = () => moveTo(axis, Number(slider.value))
    const row = made("label", {}, made("span", {}, name), slider, place)
    row.dataset.plane = plane
    byId("scroll").append(row)
    sliders[plane] = { slider, place }
  }
  view.onLocationChange = () => {
    const voxel = at()
    for (const [plane, axis] of Object.entries(PLANES)) {
      sliders[plane].slider.value = voxel[axis]
      sliders[plane].place.textContent = `${voxel[axis] + 1} of ${shape[axis]}`
    }
    const index = voxel[0] + shape[0] * (voxel[1] + shape[1] * voxel[2])
    const organ = ABOUT.organs.find((one) => one.label === labels[index])
    const most = codes[index] === levels.length - 1 ? "≥ " : ""
    byId("reading").textContent = `${most}${hu[index]} HU${organ ? `, ${organ.name}` : ""}`
  }

  const look = () => {
    for (let i = 0; i < labels.length; i++) organs.img[i] = shown.has(labels[i]) ? labels[i] : 0
    organs.opacity = byId("opacity").value / 100
    view.opts.atlasOutline = byId("outline").checked ? 1 : 0
    view.refreshLayers(organs, 1) // the scan's own textures stay: they take ten times as long
    view.drawScene()
  }
  byId("opacity").onchange = byId("outline").onchange = look
  byId("preset").append(...Object.keys(ABOUT.windows).map((name) => made("option", {}, name)))
  byId("preset").onchange = () => {
    ;[ct.cal_min, ct.cal_max] = ABOUT.windows[byId("preset").value]
    view.updateGLVolume()
  }
  const start = ABOUT.scan.start
  view.scene.crosshairPos = view.vox2frac(start, 0)
  view.createOnLocationChange()

  const arrange = (key) => {
    const upright = byId("planes").clientHeight > byId("planes").clientWidth
    view.opts.multiplanarLayout = upright ? MULTIPLANAR_TYPE.COLUMN : MULTIPLANAR_TYPE.ROW
    view.setSliceType(SLICE_TYPE[key === "planes" ? "MULTIPLANAR" : key.toUpperCase()])
  }
  swipes(byId("planes").parentElement, (steps) => {
    const axis = PLANES[document.body.dataset.view]
    if (axis !== undefined) moveTo(axis, at()[axis] + steps)
    return axis !== undefined
  })
  return { view, look, arrange }
}

/** One finger that goes up and down scrolls; `scroll` says whether it did. Two fingers and taps are NiiVue's. */
function swipes(element, scroll) {
  let from = null
  const options = { capture: true, passive: false }
  element.addEventListener("touchstart", (event) => {
    from = event.touches.length === 1 ? event.touches[0].clientY : null
  }, options)
  element.addEventListener("touchmove", (event) => {
    if (from === null || event.touches.length !== 1) return
    const steps = Math.trunc((from - event.touches[0].clientY) / SWIPE_PX)
    if (!scroll(steps)) return
    from -= steps * SWIPE_PX
    event.stopPropagation()
    event.preventDefault()
  }, options)
}

// Surfaces

/** Name, points and triangles of the meshes in a GLB, as flare-gui writes it: floats, 32-bit indices, no transforms. */
function meshesIn(glb) {
  const view = new DataView(glb.buffer, glb.byteOffset)
  const length = view.getUint32(12, true)
  const scene = JSON.parse(new TextDecoder().decode(glb.subarray(20, 20 + length)))
  const values = (number, type) => {
    const accessor = scene.accessors[number]
    const { byteOffset = 0 } = scene.bufferViews[accessor.bufferView]
    const start = 20 + length + 8 + byteOffset + (accessor.byteOffset ?? 0)
    const count = accessor.count * (accessor.type === "VEC3" ? 3 : 1)
    return new type(glb.slice(start, start + 4 * count).buffer)
  }
  return scene.meshes.map(({ name, primitives: [part] }) => ({
    name, points: values(part.attributes.POSITION, Float32Array), triangles: values(part.indices, Uint32Array),
  }))
}

async function showSurfaces() {
  const view = new Niivue({
    backColor: [0.063, 0.086, 0.114, 1], isOrientCube: true, dragAndDropEnabled: false, show3Dcrosshair: false,
    crosshairWidth: 0, logLevel: "silent",
  })
  await view.attachToCanvas(byId("surfaces"))
  view.setSliceType(SLICE_TYPE.RENDER)
  const glb = await unpacked("surfaces-glb")
  const meshes = new Map()
  for (const { name, points, triangles } of meshesIn(glb)) {
    const { label, rgb } = ABOUT.organs.find((organ) => organ.name === name)
    meshes.set(label, new NVMesh(points, triangles, name, new Uint8Array([...rgb, 255]), 1, true, view.gl))
  }
  // At once: `addMesh` draws all that there are with each.
  view.meshes = [...meshes.values()]
  view.updateGLVolume()
  const { clientWidth: width, clientHeight: height } = byId("surfaces")
  view.setScale(width > 2 * height ? 1.3 : 1) // the four together are wider than high
  const turn = choice(byId("sides"), Object.fromEntries(Object.keys(SIDES).map((side) => [side, side])), (side) =>
    view.setRenderAzimuthElevation(...SIDES[side]))
  turn("Front")
  byId("surfaces").addEventListener("pointermove", ({ buttons }) => {
    if (buttons) for (const button of byId("sides").children) button.setAttribute("aria-pressed", false)
  })
  const save = () => {
    const link = made("a", { href: URL.createObjectURL(new Blob([glb], { type: "model/gltf-binary" })), download: "organs.glb" })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  byId("sides").append(made("button", { type: "button", onclick: save, id: "save" }, "Save as GLB"))
  const look = () => {
    for (const [label, mesh] of meshes) mesh.visible = shown.has(label)
    view.drawScene()
  }
  return { view, look }
}

// The page

async function start() {
  const parts = []
  let slices = null
  if (ABOUT.scan) {
    slices = await showSlices()
    parts.push(slices)
    const press = choice(byId("views"), VIEWS, (key) => {
      document.body.dataset.view = key
      if (key !== "solid") slices.arrange(key)
    })
    press(NARROW.matches ? "axial" : "planes")
  }
  const surfaces = await showSurfaces()
  parts.push(surfaces)
  for (const box of document.querySelectorAll("input[data-organ]")) {
    box.onchange = () => {
      shown[box.checked ? "add" : "delete"](Number(box.dataset.organ))
      for (const part of parts) part.look()
    }
  }
  // For the tests: what is drawn, and that it is.
  window.shared = { surfaces: surfaces.view, slices: slices?.view, ready: performance.now() }
}

start().catch((problem) => {
  const noWebGL = !document.createElement("canvas").getContext("webgl2")
  byId("fault").textContent = noWebGL
    ? "This browser cannot draw in 3D (WebGL 2 is missing or switched off): only the numbers are shown."
    : `The pictures could not be shown (${problem.message}). A newer browser may help; the numbers are complete.`
  byId("fault").hidden = false
})
