package redistest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// masters is the least that a Redis Cluster has.
const masters = 3

// slots is how many slots the masters of a cluster share.
const slots = 16_384

// Cluster is a Redis Cluster of three masters without replicas. Not safe for concurrent use.
type Cluster struct{ nodes []*Server }

// StartCluster starts a cluster with its data below dir and waits until all slots are served. Without redis-server
// the error is ErrNoServer.
func StartCluster(dir string) (*Cluster, error) {
	c := &Cluster{}
	for i := range masters {
		of := filepath.Join(dir, "node"+strconv.Itoa(i))
		if err := os.MkdirAll(of, 0o700); err != nil {
			return nil, errors.Join(fmt.Errorf("make directory: %w", err), c.Kill())
		}
		s, err := start(of, "--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-announce-ip", "127.0.0.1")
		if err != nil {
			return nil, errors.Join(err, c.Kill())
		}
		c.nodes = append(c.nodes, s)
	}
	if err := c.join(); err != nil {
		return nil, errors.Join(err, c.Kill())
	}
	return c, nil
}

// join shares the slots out and lets the nodes meet.
func (c *Cluster) join() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	for i, s := range c.nodes {
		mine := []string{"CLUSTER", "ADDSLOTS"}
		for slot := slots * i / masters; slot < slots*(i+1)/masters; slot++ {
			mine = append(mine, strconv.Itoa(slot))
		}
		if _, err := s.ask(ctx, mine...); err != nil {
			return fmt.Errorf("share slots: %w", err)
		}
		if _, err := s.ask(ctx, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1)); err != nil {
			return fmt.Errorf("number node: %w", err)
		}
	}
	for _, s := range c.nodes[1:] {
		if _, err := c.nodes[0].ask(ctx, "CLUSTER", "MEET", "127.0.0.1", strconv.Itoa(s.port)); err != nil {
			return fmt.Errorf("let nodes meet: %w", err)
		}
	}
	return c.settled(ctx)
}

// settled waits until every node knows of all others and all slots are served.
func (c *Cluster) settled(ctx context.Context) error {
	for _, s := range c.nodes {
		err := until(ctx, "the cluster to settle", func() (bool, error) {
			info, err := s.ask(ctx, "CLUSTER", "INFO")
			if err != nil || !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_slots_ok:"+strconv.Itoa(slots)) {
				return false, nil
			}
			nodes, err := s.ask(ctx, "CLUSTER", "NODES")
			return err == nil && strings.Count(nodes, "connected") >= masters && !strings.Contains(nodes, "disconnected") &&
				!strings.Contains(nodes, "handshake"), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Addrs are where the masters listen; they stay the same over a Restart.
func (c *Cluster) Addrs() []string {
	var out []string
	for _, s := range c.nodes {
		out = append(out, s.Addr())
	}
	return out
}

// Stop ends all nodes in good order.
func (c *Cluster) Stop() error { return c.each((*Server).Stop) }

// Kill ends all nodes at once.
func (c *Cluster) Kill() error { return c.each((*Server).Kill) }

// Restart starts all nodes again where they were and waits until all slots are served.
func (c *Cluster) Restart() error {
	if err := c.each((*Server).Restart); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	return c.settled(ctx)
}

func (c *Cluster) each(do func(*Server) error) error {
	var faults []error
	for _, s := range c.nodes {
		faults = append(faults, do(s))
	}
	return errors.Join(faults...)
}
