package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What can be wrong with taking a message back.
var (
	ErrNoMessage = errors.New("no such message of one's own")
	ErrTooLate   = errors.New("a message can be taken back for two minutes")
)

// recallWithin is for how long the client lets people take back what they wrote.
const recallWithin = 2 * time.Minute

// Recall is a person taking back what they wrote (Shown.N). Those who saw it see that it was taken back. What a bot has
// heard it has heard, and no event tells it; of what was written in a customer group the archive pipeline tells.
func (s *Simulator) Recall(ctx context.Context, who string, n int64) (Delivery, error) {
	s.mu.Lock()
	archived, err := s.takeBack(who, n)
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, fmt.Errorf("recall message %d as %q: %w", n, who, err)
	}
	if !archived {
		return Delivery{Unheard: true}, nil
	}
	return s.pump(ctx)
}

// takeBack says whether the archive pipeline knows the message. The caller holds s.mu.
func (s *Simulator) takeBack(who string, n int64) (archived bool, err error) {
	at := slices.IndexFunc(s.shown, func(i *item) bool { return i.N == n && i.From == who && i.Kind == Said && !i.Recalled })
	if who == "" || at < 0 {
		return false, ErrNoMessage
	}
	i := s.shown[at]
	if s.opts.Now().Sub(i.At) > recallWithin {
		return false, ErrTooLate
	}
	if i.archived != "" {
		if err := s.record(i); err != nil {
			return false, err
		}
	}
	i.Recalled, i.Text = true, ""
	s.touch(i)
	return i.archived != "", nil
}
