"""ONNX: the means of the target in groups of a table's rows, which share a level and the hours of dates."""

from __future__ import annotations

from typing import List

import numpy as np

from ._onnx_chain import ML_DOMAIN, Chain
from ._onnx_dates import Dates
from ._onnx_hash import put_hash
from ._table_state import Group


def put_groups(chain: Chain, groups: List[Group], codes: str, dates: Dates) -> List[str]:
    """Adds the means of each group, in double [rows x means].

    Parameters
    ----------
    codes : str
        The codes of all categories [rows x categories].
    """
    chain.begin("groups")
    keys = {}
    for count in sorted({len(group.dates) for group in groups}):
        chain.begin(f"groups.of{count}")
        own = [place for place, group in enumerate(groups) if len(group.dates) == count]
        words = [chain.columns("categories", codes, [groups[place].category for place in own])]
        words += [dates.hours(f"date{index}", [groups[place].dates[index] for place in own]) for index in range(count)]
        key = chain.cast(put_hash(chain, [chain.cast(word, np.uint64) for word in words]), np.int64)
        for index, place in enumerate(own):
            keys[place] = chain.add("Gather", key, chain.constant(f"place{index}", index, np.int64), axis=1)
    found = []
    for place, group in enumerate(groups):
        chain.begin(f"groups.{place}")
        # Of a group that was not seen the last row, the mean of all.
        row = chain.add(
            "LabelEncoder", keys[place], domain=ML_DOMAIN, keys_int64s=group.keys.tolist(),
            values_int64s=list(range(len(group.keys))), default_int64=len(group.keys))
        found.append(chain.cast(chain.add("Gather", chain.constant("means", group.means), row), np.float64))
    return found
