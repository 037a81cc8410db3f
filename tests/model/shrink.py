"""A failing list of steps made short: what can be left out is left out, what can be simpler is made so."""
import time


def shrink(steps, fails, simpler=lambda step: (), seconds=60):
    """The shortest list found that fails as @steps does. @fails: of a list that does, the steps that were done; else None.
    @simpler: other steps in place of one."""
    search = Search(fails, time.monotonic() + seconds)
    while True:
        before = steps
        steps = search.without(steps)
        steps = search.simplified(steps, simpler)
        if steps == before or search.over():
            return steps


class Search:
    def __init__(self, fails, deadline):
        self._fails, self._deadline = fails, deadline

    def over(self):
        return time.monotonic() > self._deadline

    def fails(self, steps):
        return None if self.over() else self._fails(steps)

    def without(self, steps):
        """Pieces of half its length are tried first, single steps last; from the end, so that what makes things goes last."""
        size = len(steps) // 2
        while size:
            end = len(steps)
            while end > 0:
                rest = self.fails(steps[:max(0, end - size)] + steps[end:])
                steps = rest or steps
                end = min(end - size, len(steps))
            size //= 2
        return steps

    def simplified(self, steps, simpler):
        for place in range(len(steps)):
            for other in simpler(steps[place]):
                changed = self.fails([*steps[:place], other, *steps[place + 1:]])
                if changed and len(changed) == len(steps):
                    steps = changed
                    break
        return steps
