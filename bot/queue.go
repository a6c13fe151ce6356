package bot

import (
	"hash/maphash"
	"sync"
)

// queues let messages about one group take turns within this process, so that they do not make each other's facts
// stale. Other processes are kept apart by the versions that a commit checks.
type queues struct {
	locks [256]sync.Mutex
}

var seed = maphash.MakeSeed()

// enter waits for the turn of key and returns how to end it.
func (q *queues) enter(key string) (leave func()) {
	l := &q.locks[maphash.String(seed, key)%uint64(len(q.locks))]
	l.Lock()
	return l.Unlock
}
