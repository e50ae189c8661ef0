"""Legends that do not lie over the data."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from . import _axes

_CORNERS = {
    "upper right": (1, 1), "upper left": (0, 1), "lower left": (0, 0), "lower right": (1, 0),
    "center right": (1, 0.5), "center left": (0, 0.5), "upper center": (0.5, 1), "lower center": (0.5, 0),
}  # fmt: skip
# Of a legend in small type [points]: a letter, a row, a line beside the text, the rim.
_LETTER, _ROW, _HANDLE, _RIM = 4.9, 13.5, 30, 8
# Marks a legend for which the limits were widened.
_ABOVE = "nnswift above"
# Beside Axes that are narrower than this [points] a legend would leave too little of them.
_WIDE = 300


def place(ax: Any, prefer: str = "upper right", extra: Sequence[Any] = (), rescaled: bool = False) -> None:
    """Puts a legend into a corner without data; if there is none, beside the Axes or above the data.

    Parameters
    ----------
    prefer
        The corner that is tried first.
    extra
        Handles that explain what has no line of its own.
    rescaled
        Whether the caller may still change the scale, so that a free corner is looked for at each drawing.
    """
    handles = _handles(ax, extra)
    if not handles:
        return
    look = {"handles": handles, "framealpha": 0.8, "edgecolor": "none", "fontsize": "small"}
    corner = _free_corner(ax, handles, prefer)
    if corner is not None:
        # Matplotlib's own search looks at every point, each time.
        few = sum(len(line.get_xdata()) for line in ax.lines) < 20000
        ax.legend(loc="best" if rescaled and few else corner, **look)
    elif _can_stand_beside(ax):
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.3, **look)
    else:
        _above(ax, look)
    _axes.plain(*ax.get_legend().get_texts())


def take_back(ax: Any) -> None:
    """Gives back the room that an earlier legend has above the data, before more is drawn."""
    if ax.get_legend() is not None and ax.get_legend().get_gid() == _ABOVE:
        ax.autoscale(axis="y")


def _handles(ax: Any, extra: Sequence[Any]) -> List[Any]:
    """Returns what has a label; what there is to compare with comes last, however many curves were added since."""
    found = sorted(ax.get_legend_handles_labels()[0], key=lambda handle: handle.get_gid() == _axes.REFERENCE)
    return [*found, *extra]


def _size(handles: Sequence[Any], columns: int = 1) -> Tuple[float, float]:
    """Returns width and height of a legend [points]."""
    longest = max(len(str(handle.get_label())) for handle in handles)
    rows = -(-len(handles) // columns)
    return columns * (_HANDLE + _LETTER * longest) + _RIM, _ROW * rows + _RIM


def _free_corner(ax: Any, handles: Sequence[Any], prefer: str) -> Optional[str]:
    """Returns the first corner that no point of a curve lies in."""
    room = np.array(_axes.size_in_points(ax))
    size = np.array(_size(handles)) / room
    if size.max() > 0.95:
        return None
    points = _points(ax)
    for name in sorted(_CORNERS, key=lambda name: name != prefer):
        low = np.array(_CORNERS[name]) * (1 - size)
        inside = np.all((points > low) & (points < low + size), axis=1)
        if not inside.any():
            return name
    return None


def _points(ax: Any) -> np.ndarray:
    """Returns places that curves and points cover, as shares of the Axes [points x 2]."""
    # Limits are computed when somebody asks for them.
    ax.get_xlim(), ax.get_ylim()
    found = [np.empty((0, 2))]
    for line in ax.lines:
        if line.get_gid() == _axes.REFERENCE:
            continue
        corners = ax.transAxes.inverted().transform(line.get_transform().transform(line.get_xydata()))
        corners = corners[np.isfinite(corners).all(axis=1)]
        found.append(_filled(corners) if len(corners) > 1 else corners)
    for patch in ax.patches:
        corners = ax.transAxes.inverted().transform(patch.get_transform().transform(patch.get_path().vertices))
        found.append(_filled(corners))
    for points in ax.collections:
        offsets = np.ma.getdata(points.get_offsets())
        if len(offsets):
            found.append(ax.transAxes.inverted().transform(points.get_offset_transform().transform(offsets)))
    return np.concatenate(found)


def _filled(corners: np.ndarray) -> np.ndarray:
    """Returns a polygon's corners and places between them, at most a hundredth of the Axes apart."""
    steps = np.abs(np.diff(corners, axis=0)).max(axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.union1d(along, np.linspace(0, along[-1], 1 + min(1000, int(100 * along[-1]))))
    return np.column_stack([np.interp(places, along, corners[:, axis]) for axis in (0, 1)])


def _can_stand_beside(ax: Any) -> bool:
    """Whether the layout makes room beside the Axes, and enough of them is left."""
    engine = ax.figure.get_layout_engine()
    return engine is not None and engine.adjust_compatible is False and _axes.size_in_points(ax)[0] >= _WIDE


def _above(ax: Any, look: dict) -> None:
    """Puts the legend into room of its own above the data."""
    width, height = _axes.size_in_points(ax)
    columns = max(1, min(len(look["handles"]), int(width // (_size(look["handles"])[0]))))
    share = min(0.6, _size(look["handles"], columns)[1] / height)
    transform = ax.yaxis.get_transform()
    low, high = transform.transform(np.array(ax.get_ylim(), dtype=float))
    top = low + (high - low) / (1 - share)
    # A square would become a tower.
    ax.set_aspect("auto")
    ax.set_ylim(ax.get_ylim()[0], float(transform.inverted().transform(np.array([top]))[0]))
    ax.legend(loc="upper center", ncols=columns, **{**look, "framealpha": 0}, borderaxespad=0.2).set_gid(_ABOVE)
