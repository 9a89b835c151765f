"""The pipeline as a discrete-event simulation: the same cases, one after another, through queues and shared resources.

Each machine has `jobs` threads. A thread takes a case, fetches it over the machine's link from the storage, computes on
the machine's cores, waits for the machine's one network, computes again and writes. Cores, links and the storage are
shared evenly among those who want them at a time; the network takes one case after another.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tools.scale.cost import Case, Site

Then = Callable[[], None]


@dataclass(frozen=True)
class Outcome:
    """When each case was done, in seconds, and the share of the time in which each machine's network had work."""

    done_at: list[float]
    network_busy: float

    @property
    def seconds(self) -> float:
        """Until the last one is done."""
        return self.done_at[-1] if self.done_at else 0.0


def simulate(cases: Sequence[Case], site: Site) -> Outcome:
    """Send `cases`, in their order, through a site."""
    clock = _Clock()
    storage = _Shared(clock, site.storage_mb_s)
    dispatcher = _Shared(clock, 1.0)
    ahead, done_at = deque(cases), []
    machines = [_Machine(clock, site, storage) for _ in range(site.machines)]

    def next_case(machine: "_Machine") -> None:
        def done() -> None:
            done_at.append(clock.now)
            next_case(machine)

        if ahead:
            case = ahead.popleft()
            dispatcher.use(site.dispatch_s, 1.0, lambda: machine.work_on(case, done))

    # In turns, so that a few cases are not all on the first machines.
    for _ in range(site.jobs):
        for machine in machines:
            next_case(machine)
    clock.run()
    busy = sum(machine.network_busy_s for machine in machines) / len(machines)
    return Outcome(done_at, busy / clock.now if clock.now else 0.0)


class _Clock:
    """Events in the order of their time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Then]] = []
        self._number = 0

    def at(self, when: float, then: Then) -> None:
        self._number += 1
        heapq.heappush(self._events, (when, self._number, then))

    def run(self) -> None:
        while self._events:
            self.now, _, then = heapq.heappop(self._events)
            then()


@dataclass(eq=False)
class _Use:
    left: float
    most: float
    then: Then


class _Shared:
    """A capacity (MB/s, cores) shared among its users by the most that each can take, as a fair scheduler does."""

    def __init__(self, clock: _Clock, capacity: float) -> None:
        self._clock, self._capacity = clock, capacity
        self._uses: list[_Use] = []
        self._since = 0.0
        self._version = 0

    def use(self, amount: float, most: float, then: Then) -> None:
        """Call `then` when `amount` has been worked off, at no more than `most` a second."""
        self._advance()
        self._uses.append(_Use(amount, most, then))
        self._plan()

    def _advance(self) -> None:
        passed, share = self._clock.now - self._since, self._share()
        for use in self._uses:
            use.left -= passed * use.most * share
        self._since = self._clock.now

    def _share(self) -> float:
        wanted = sum(use.most for use in self._uses)
        return min(1.0, self._capacity / wanted) if wanted else 1.0

    def _plan(self) -> None:
        """Come back when the next one is done, unless someone else changes the shares before."""
        self._version += 1
        if self._uses:
            share, version = self._share(), self._version
            soonest = min(use.left / (use.most * share) for use in self._uses)
            self._clock.at(self._clock.now + max(0.0, soonest), lambda: self._done(version))

    def _done(self, version: int) -> None:
        if version != self._version:
            return
        self._advance()
        first = min(self._uses, key=lambda use: use.left / use.most)
        done = [use for use in self._uses if use is first or use.left <= 1e-9]
        self._uses = [use for use in self._uses if use not in done]
        self._plan()
        for use in done:
            use.then()


@dataclass(eq=False)
class _Machine:
    clock: _Clock
    site: Site
    storage: _Shared
    network_busy_s: float = 0.0
    _asked: deque[tuple[Case, Then]] = field(default_factory=deque)
    _asked_at: float | None = None

    def __post_init__(self) -> None:
        self.cores = _Shared(self.clock, self.site.cores)
        self.link = _Shared(self.clock, self.site.link_mb_s)

    def work_on(self, case: Case, then: Then) -> None:
        """See a case through, then call `then`."""
        _chain(self._stages(case), then)

    def _stages(self, case: Case) -> Iterator[Callable[[Then], None]]:
        yield lambda done: self._move(case.read_mb, done)
        yield lambda done: self.cores.use(case.before_core_s, 1.0, done)
        yield lambda done: self._ask(case, done)
        yield lambda done: self.cores.use(case.after_core_s, 1.0, done)
        yield lambda done: self._move(case.written_mb, done)

    def _move(self, megabytes: float, done: Then) -> None:
        """Over the link and out of the storage at once."""
        one = _last_of(2, done)
        self.link.use(megabytes, self.site.link_mb_s, one)
        self.storage.use(megabytes, self.site.link_mb_s, one)

    def _ask(self, case: Case, done: Then) -> None:
        self._asked.append((case, done))
        if self._asked_at is None:
            self._answer()

    def _answer(self) -> None:
        """Take the case that has waited longest to the network."""
        if not self._asked:
            self._asked_at = None
            return
        case, done = self._asked.popleft()
        self._asked_at = self.clock.now

        def answered() -> None:
            assert self._asked_at is not None
            self.network_busy_s += self.clock.now - self._asked_at
            self._answer()
            done()

        if case.device_s is not None:
            self.clock.at(self.clock.now + case.device_s, answered)
        else:
            self.cores.use(case.network_core_s, self.site.cores, answered)


def _last_of(count: int, then: Then) -> Then:
    """Something to call `count` times; the last time it calls `then`."""
    left = [count]

    def one() -> None:
        left[0] -= 1
        if not left[0]:
            then()

    return one


def _chain(stages: Iterator[Callable[[Then], None]], then: Then) -> None:
    stage = next(stages, None)
    if stage is None:
        then()
    else:
        stage(lambda: _chain(stages, then))
