package media

import (
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

const (
	datagram = 2048 // bytes; what is longer is cut, and is no sound
	burst    = 64   // datagrams of a batch: more than a second of sound
)

// errSocket is an address of another family than the socket's.
var errSocket = errors.New("an address that the socket cannot send to")

// socket is a port that is asked for what came and never waited for. A goroutine that
// waits at each port costs three wake-ups a packet (poller, scheduler, goroutine), which
// at fifty packets a second was two thirds of a call; a call has its turn on the wheel
// every 20 ms anyway, and the kernel keeps what comes in between. It is not safe for use
// by several goroutines.
type socket struct {
	fd  int
	six bool // of the family AF_INET6

	to   netip.AddrPort // whose form the kernel wants in addr
	addr unix.Sockaddr
}

// listen binds a port. The descriptor is a copy: the runtime's own, which it watches,
// is closed again.
func listen(at netip.AddrPort) (*socket, error) {
	network := "udp"
	if at.Addr().Is4() {
		network = "udp4"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &socket{six: network == "udp"}
	var failed error
	err = raw.Control(func(fd uintptr) {
		s.fd, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	return s, nil
}

// send sends a datagram, or says that it cannot be sent now.
func (s *socket) send(b []byte, to netip.AddrPort) error {
	if to != s.to {
		switch {
		case s.six:
			s.addr = &unix.SockaddrInet6{Addr: to.Addr().As16(), Port: int(to.Port())}
		case to.Addr().Is4():
			s.addr = &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}
		default:
			return errSocket
		}
		s.to = to
	}
	return unix.Sendto(s.fd, b, unix.MSG_DONTWAIT, s.addr)
}

func (s *socket) close() error { return unix.Close(s.fd) }
