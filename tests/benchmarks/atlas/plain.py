"""The same pages as one would write them with geopandas and matplotlib: map, corners with numbers, edge lengths, table, foot.
Arguments: GeoPackage, file."""

import sys

import geopandas
import matplotlib
import numpy as np

matplotlib.use("pdf")
import itertools

import matplotlib.patheffects as effects
import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages

A4 = (8.27, 11.69)


def main() -> None:
    land = geopandas.read_file(sys.argv[1])
    plt.rcParams["font.family"] = ["Noto Sans CJK SC"]
    halo = [effects.withStroke(linewidth=1.5, foreground="white")]
    with PdfPages(sys.argv[2]) as book:
        for n in range(len(land)):
            _page(land, n, book, halo)


def _page(land: geopandas.GeoDataFrame, n: int, book: PdfPages, halo: list[effects.AbstractPathEffect]) -> None:
    one = land.iloc[[n]]
    row = one.iloc[0]
    figure, axes = plt.subplots(figsize=A4)
    axes.set_position((0.1, 0.4, 0.8, 0.48))
    land.plot(ax=axes, facecolor="#EBE6D6", edgecolor="#868d95", linewidth=0.5)
    one.plot(ax=axes, facecolor="#FBE9A9", edgecolor="#D93025", linewidth=0.9)
    west, south, east, north = row.geometry.bounds
    axes.set_xlim(west - 40, east + 40)
    axes.set_ylim(south - 40, north + 40)
    axes.set_aspect("equal")
    corners = np.array(row.geometry.exterior.coords)
    rows = []
    for k, (a, b) in enumerate(itertools.pairwise(corners), start=1):
        length = float(np.hypot(*(b - a)))
        axes.annotate(f"J{k}", a, color="#D93025", fontsize=6, path_effects=halo)
        axes.annotate(f"{length:.2f}", (a + b) / 2, fontsize=5, ha="center", path_effects=halo)
        rows.append([f"J{k}", f"{a[1]:.3f}", f"{a[0]:.3f}", f"{length:.2f}"])
    axes.annotate(row.parcel_no, row.geometry.centroid.coords[0], ha="center", fontsize=11, path_effects=halo)
    figure.suptitle(f"宗地图  {row.parcel_no}", fontsize=16)
    below = figure.add_axes((0.1, 0.06, 0.8, 0.3))
    below.axis("off")
    table = below.table(rows[:24], colLabels=["点号", "X(北)", "Y(东)", "边长(m)"], loc="upper center")
    table.set_fontsize(6)
    figure.text(0.5, 0.03, f"第 {n + 1} 页 共 {len(land)} 页", ha="center", fontsize=8)
    book.savefig(figure)
    plt.close(figure)


if __name__ == "__main__":
    main()
