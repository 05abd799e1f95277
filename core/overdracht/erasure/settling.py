"""What a retention round has done of what was scheduled is forgotten."""

from datetime import date

from overdracht.state import PlanFile, Store


def settle_schedule(store: Store, plan: PlanFile, today: date) -> int:
    """Forget the scheduled work that *plan* has done; return how much. A request of which nothing is left loses its key."""
    gone = 0
    for reference in store.schedule.references(today):
        cipher = store.schedule_cipher(reference)
        with plan.remembered() as remembered:
            done = [
                one.number
                for one in store.schedule.due(reference, cipher, today)
                if remembered.done(one.source, one.step.item.key)
            ]
        store.schedule.settle(done)
        store.end_schedule(reference)
        gone += len(done)
    return gone
