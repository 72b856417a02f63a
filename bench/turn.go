//go:build linux

package main

import (
	"fmt"
	"syscall"
	"time"
)

// open opens the connections and starts the clock.
func (l *load) open() (err error) {
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("open epoll: %w", err)
	}
	l.buffer, l.events = make([]byte, 256<<10), make([]syscall.EpollEvent, 512)
	l.sample.others = map[int]int{}
	for range l.connections {
		if _, err := l.connect(); err != nil {
			l.close()
			return err
		}
	}
	l.began = time.Now()
	return nil
}

// connect opens one more connection.
func (l *load) connect() (*connection, error) {
	c, err := dial(l.port, len(l.conns))
	if err != nil {
		return nil, err
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(l.conns))}
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, c.fd, &event); err != nil {
		c.close()
		return nil, fmt.Errorf("watch socket: %w", err)
	}
	l.conns = append(l.conns, c)
	return c, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		if !c.lost {
			c.close()
		}
	}
	syscall.Close(l.epoll)
}

// send writes the next requests, up to depth, to an idle connection. now is the time
// that their latency is measured from.
func (l *load) send(c *connection, now time.Duration) error {
	if l.draining {
		return nil
	}
	c.out = c.batch[:0]
	for c.busy < l.depth {
		request, tag := l.next()
		if request == nil {
			break
		}
		c.out = append(c.out, request...)
		c.busy, c.tag = c.busy+1, tag
		l.waits++
	}
	c.batch, c.sent = c.out, now
	return l.flush(c)
}

// ask sends the request for the result of one that was answered 202. The latency is
// still measured from the first request.
func (l *load) ask(c *connection, f followed) error {
	c.out = append(c.batch[:0], l.follow(f.tag)...)
	c.batch, c.tag, c.sent, c.busy = c.out, f.tag, f.sent, 1
	l.waits++
	return l.flush(c)
}

// flush writes to the socket. If the socket does not accept everything, turn calls flush
// again when it is writable.
func (l *load) flush(c *connection) error {
	all, err := c.write()
	if err != nil || all != c.blocked {
		return err
	}
	c.blocked = !all
	event := syscall.EpollEvent{Events: syscall.EPOLLIN}
	for i := range l.conns {
		if l.conns[i] == c {
			event.Fd = int32(i)
		}
	}
	if c.blocked {
		event.Events |= syscall.EPOLLOUT
	}
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, c.fd, &event)
}

// turn waits for events of the connections, at most for wait, and handles them. It calls
// done for each connection that has received all its answers.
func (l *load) turn(wait time.Duration, done func(*connection, time.Duration) error) error {
	n, err := syscall.EpollWait(l.epoll, l.events, int((wait+time.Millisecond-1)/time.Millisecond))
	if err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return fmt.Errorf("wait for answers: %w", err)
	}
	for _, event := range l.events[:n] {
		c := l.conns[event.Fd]
		if event.Events&syscall.EPOLLOUT != 0 {
			if err := l.flush(c); err != nil {
				l.lose(c)
				continue
			}
		}
		if event.Events&^syscall.EPOLLOUT == 0 {
			continue
		}
		var now time.Duration
		err := c.read(l.buffer, func(status int) {
			if now == 0 {
				now = time.Since(l.began)
			}
			c.busy--
			l.waits--
			l.count(c, status, now)
		})
		if err != nil {
			l.lose(c)
			continue
		}
		if now > 0 && c.busy == 0 {
			if err := done(c, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// lose closes a connection after an error, or after the server closed it. Its requests
// without an answer count as status 0.
func (l *load) lose(c *connection) {
	l.waits -= c.busy
	if c.busy > 0 && !l.draining {
		l.sample.others[0] += c.busy
	}
	c.busy, c.lost = 0, true
	c.close()
}

// count counts an answer. If it is a 202 and there is a follow, it schedules the request
// for the result instead.
func (l *load) count(c *connection, status int, now time.Duration) {
	l.answers++
	switch {
	case l.draining:
		return
	case status == 202 && l.follow != nil:
		l.later = append(l.later, followed{c.tag, now + l.pause, c.sent})
		return
	case status == l.expect:
		l.sample.good++
		l.sample.took = append(l.sample.took, (now - c.sent).Seconds())
	default:
		l.sample.others[status]++
	}
	if l.each != nil {
		l.each(c.tag, status, c.sent, now-c.sent)
	}
}

// drain waits for the open requests. Their answers do not count. It returns an error if
// that takes longer than patience.
func (l *load) drain(patience time.Duration) error {
	l.draining = true
	for end := time.Since(l.began) + patience; l.waits > 0; {
		if time.Since(l.began) > end {
			return fmt.Errorf("waited %s for the last %d answers", patience, l.waits)
		}
		if err := l.turn(100*time.Millisecond, l.send); err != nil {
			return err
		}
	}
	return nil
}
