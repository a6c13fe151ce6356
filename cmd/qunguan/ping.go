package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/canary"
)

const (
	pingEvery  = time.Minute
	pingWithin = 10 * time.Second
)

// ping tells a service outside, every minute, that all is well: that this process's clockwork turns, Redis answers, and
// the bot can write to people. It says nothing while that is not so, and the service then calls whom it is told to.
func (s *system) ping(ctx context.Context) {
	if s.config.Deadman.PingURL == "" {
		return
	}
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if !s.well() {
			continue
		}
		if err := s.pingOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("dead-man service not reached", zap.Error(err))
		}
	}
}

// well says whether this process can do its work and can say so.
func (s *system) well() bool {
	beaten := s.clockwork.Beaten()
	return !beaten.IsZero() && s.now().Sub(beaten).Abs() < pingEvery && s.speaks.Load()
}

// pingOnce asks for the address. Its errors do not hold it: whoever knows it can speak for the bot.
func (s *system) pingOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.Deadman.PingURL.Reveal(), nil)
	if err != nil {
		return errors.New("deadman.ping_url cannot be parsed")
	}
	resp, err := s.pinger.Do(r)
	if err != nil {
		var with *url.Error
		if errors.As(err, &with) {
			err = with.Err
		}
		return errors.New(canary.Brief(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("it answers %d", resp.StatusCode)
	}
	return nil
}
