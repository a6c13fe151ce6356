package main

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
)

// route carries the platform's callbacks to the running processes: to one of them, or, as an impatient platform
// behind a balancer does, the same callback to all of them at once.
type route struct {
	next http.Transport

	mu     sync.Mutex
	addrs  []string
	double float64 // how many of the callbacks go to all processes
	random *rand.Rand
}

func (r *route) add(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = append(r.addrs, addr)
	r.next.MaxIdleConnsPerHost = stageClients
}

// choose picks where a callback goes.
func (r *route) choose() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.random == nil {
		r.random = rand.New(rand.NewPCG(1, 2))
	}
	if r.random.Float64() < r.double {
		return r.addrs
	}
	i := r.random.IntN(len(r.addrs))
	return r.addrs[i : i+1]
}

// RoundTrip returns the best answer: a 200 if there is one.
func (r *route) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	addrs := r.choose()
	type result struct {
		resp *http.Response
		err  error
	}
	results := make(chan result, len(addrs))
	for _, addr := range addrs {
		go func() {
			one := req.Clone(req.Context())
			one.URL.Host, one.Body = addr, io.NopCloser(bytes.NewReader(body))
			resp, err := r.next.RoundTrip(one)
			results <- result{resp, err}
		}()
	}
	best := result{err: errors.New("nobody was asked")}
	for range addrs {
		got := <-results
		if best.resp == nil || got.resp != nil && got.resp.StatusCode == http.StatusOK && best.resp.StatusCode != http.StatusOK {
			best, got = got, best
		}
		if got.resp != nil {
			_ = got.resp.Body.Close()
		}
	}
	return best.resp, best.err
}
