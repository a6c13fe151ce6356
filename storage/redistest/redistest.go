// Package redistest starts real Redis servers for tests: one, or a cluster of three masters, on free ports of this
// machine and with their data in a directory of the caller's. It promises that a server that was killed comes back at
// the same address with what it had made durable, and that nothing is left running once Stop has returned. It knows
// nothing of what is kept there.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNoServer says that this machine has no redis-server.
var ErrNoServer = errors.New("no redis-server on the PATH")

const (
	startWithin = 20 * time.Second
	stopWithin  = 10 * time.Second
	poll        = 10 * time.Millisecond
)

// Server is one redis-server that fsyncs every write before it answers. Not safe for concurrent use.
type Server struct {
	program, dir string
	port         int
	extra        []string

	process *os.Process
	ended   chan struct{}
}

// Start starts a server with its data in dir, which must exist. Without redis-server the error is ErrNoServer.
func Start(dir string) (*Server, error) { return start(dir) }

func start(dir string, extra ...string) (*Server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNoServer
	}
	var faults []error
	for range 3 { // a free port can be taken by somebody else before the server has it
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		s := &Server{program: program, dir: dir, port: port, extra: extra}
		if err = s.run(); err == nil {
			return s, nil
		}
		faults = append(faults, err)
	}
	return nil, errors.Join(faults...)
}

// busOffset is how far the port between nodes lies above that of clients.
const busOffset = 10_000

// freePort finds a port that is free, and so is the one at which nodes of a cluster would talk to each other.
var listen net.ListenConfig

func freePort() (int, error) {
	for range 100 {
		l, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("find port: %w", err)
		}
		port := 0
		if a, ok := l.Addr().(*net.TCPAddr); ok {
			port = a.Port
		}
		if port+busOffset > 65_535 {
			port -= 2 * busOffset
		}
		_ = l.Close()
		if port > 1024 && free(port) && free(port+busOffset) {
			return port, nil
		}
	}
	return 0, errors.New("find port: none is free")
}

func free(port int) bool {
	l, err := listen.Listen(context.Background(), "tcp", address(port))
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Addr is where the server listens; it stays the same over a Restart.
func (s *Server) Addr() string { return address(s.port) }

func (s *Server) run() error {
	args := []string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--daemonize", "no",
		"--appendonly", "yes", "--appendfsync", "always", "--logfile", s.log(),
	}
	// It ends with Stop or Kill, not with a context: a test ends it on purpose, in the middle.
	cmd := exec.CommandContext(context.Background(), s.program, append(args, s.extra...)...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	ended := make(chan struct{})
	s.process, s.ended = cmd.Process, ended
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	if err := s.ready(); err != nil {
		return errors.Join(err, s.Kill(), s.lastWords())
	}
	return nil
}

func (s *Server) log() string { return filepath.Join(s.dir, "redis.log") }

func (s *Server) lastWords() error {
	raw, err := os.ReadFile(s.log())
	if err != nil {
		return nil
	}
	if len(raw) > 2000 {
		raw = raw[len(raw)-2000:]
	}
	return fmt.Errorf("its log ends: %s", raw)
}

// ready waits until the server answers, and that it does not do while it still reads its file.
func (s *Server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	return until(ctx, "redis-server to answer", func() (bool, error) {
		select {
		case <-s.ended:
			return false, errors.New("redis-server has ended")
		default:
		}
		answer, err := s.ask(ctx, "PING")
		return err == nil && answer == "+PONG", nil
	})
}

// until asks again and again until the answer is yes.
func until(ctx context.Context, what string, yes func() (bool, error)) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if ok, err := yes(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

// ask sends one command of plain words and returns its answer: a line, or the whole of a bulk string.
func (s *Server) ask(ctx context.Context, words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(at); err != nil {
			return "", err
		}
	}
	if _, err := conn.Write([]byte(strings.Join(words, " ") + "\r\n")); err != nil {
		return "", err
	}
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "-") {
		return "", errors.New(line[1:])
	}
	size, err := strconv.Atoi(strings.TrimPrefix(line, "$"))
	if err != nil || !strings.HasPrefix(line, "$") || size < 0 {
		return line, nil
	}
	body := make([]byte, size)
	for got := 0; got < size; {
		n, err := in.Read(body[got:])
		if err != nil {
			return "", err
		}
		got += n
	}
	return string(body), nil
}

// Stop ends the server in good order. What has ended already is no fault.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM) }

// Kill ends the server as a power cut would end the process: at once.
func (s *Server) Kill() error { return s.end(syscall.SIGKILL) }

func (s *Server) end(sig syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end redis-server: %w", err)
	}
	timer := time.NewTimer(stopWithin)
	defer timer.Stop()
	select {
	case <-s.ended:
		s.process = nil
		return nil
	case <-timer.C:
	}
	if sig == syscall.SIGKILL {
		return fmt.Errorf("end redis-server: process %d does not end", s.process.Pid)
	}
	return s.end(syscall.SIGKILL)
}

// Restart starts the server again where it was, with the same data; one that still runs is stopped first.
func (s *Server) Restart() error {
	if err := s.Stop(); err != nil {
		return err
	}
	return s.run()
}
