// A map of the day's stops on the tiles that this installation has set. The points come in the tiles' own coordinates.
import { divIcon, map as makeMap, marker, polyline, tileLayer } from 'leaflet';
import 'leaflet/dist/leaflet.css';

for (const box of document.querySelectorAll('[data-map]')) {
  const stops = JSON.parse(box.dataset.map);
  const map = makeMap(box.querySelector('.tile-canvas'), { scrollWheelZoom: false });
  const text = (value) => Object.assign(document.createElement('span'), { textContent: value }).innerHTML;
  map.attributionControl.setPrefix(false);
  tileLayer(box.dataset.tiles, { attribution: text(box.dataset.credit), maxZoom: 18 }).addTo(map);
  const line = polyline(stops.map((stop) => stop.at), { dashArray: '6 6', weight: 3, color: '#0f766e' }).addTo(map);
  for (const stop of stops) {
    const icon = divIcon({ className: 'map-stop', html: text(stop.label), iconSize: [28, 28] });
    marker(stop.at, { icon, title: stop.name, alt: `${stop.label} ${stop.name}` }).addTo(map).bindTooltip(text(stop.name));
  }
  map.fitBounds(line.getBounds(), { padding: [32, 32], maxZoom: 15 });
}
