"""Requests by Zipf's law to one LRU cache, as one would write it in Python: OrderedDict, bisect, random."""
import bisect
import itertools
import json
import random
import sys
import time
from collections import OrderedDict

objects, alpha, room, requests = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
sums = list(itertools.accumulate(1 / (i + 1) ** alpha for i in range(objects)))
draw = random.Random(1).random
total = sums[-1]
cache = OrderedDict()
hits = 0
begun = time.perf_counter()
for _ in range(requests):
    item = bisect.bisect_right(sums, draw() * total)
    if item in cache:
        hits += 1
        cache.move_to_end(item)
    else:
        if len(cache) >= room:
            cache.popitem(last=False)
        cache[item] = True
print(json.dumps({"seconds": time.perf_counter() - begun, "hits": hits / requests}))
