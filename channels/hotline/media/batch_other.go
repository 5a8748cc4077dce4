//go:build !linux

package media

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// batch is what waits at a port, taken one by one where the system knows no other way.
type batch struct {
	sizes [burst]int
	from  [burst]netip.AddrPort
	bytes [burst][datagram]byte
}

func newBatch() *batch { return new(batch) }

// fill takes what waits at a socket, without waiting, and says how many it is.
func (b *batch) fill(s *socket) int {
	for i := range burst {
		n, from, err := unix.Recvfrom(s.fd, b.bytes[i][:], unix.MSG_DONTWAIT)
		if err != nil {
			return i
		}
		b.sizes[i], b.from[i] = n, addrPort(from)
	}
	return burst
}

// at is one of those that fill took, valid until it is called again.
func (b *batch) at(i int) ([]byte, netip.AddrPort) { return b.bytes[i][:b.sizes[i]], b.from[i] }

func addrPort(a unix.Sockaddr) netip.AddrPort {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port))
	}
	return netip.AddrPort{}
}
