package media

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is where one call of recvmmsg(2) puts all that waits at a port. The kernel writes
// through the pointers of its headers, which are set once and lead nowhere but into it.
type batch struct {
	heads [burst]header
	parts [burst]unix.Iovec
	names [burst]unix.RawSockaddrInet6 // the larger of the two that a port has
	bytes [burst][datagram]byte
}

// header is the kernel's struct mmsghdr.
type header struct {
	unix.Msghdr
	n uint32
}

func newBatch() *batch {
	b := new(batch)
	for i := range b.heads {
		b.parts[i].Base = &b.bytes[i][0]
		b.parts[i].SetLen(datagram)
		b.heads[i].Iov = &b.parts[i]
		b.heads[i].SetIovlen(1)
		b.heads[i].Name = (*byte)(unsafe.Pointer(&b.names[i]))
	}
	return b
}

// fill takes what waits at a socket, without waiting, and says how many it is.
func (b *batch) fill(s *socket) int {
	for i := range b.heads {
		if b.heads[i].Namelen == unix.SizeofSockaddrInet6 {
			break // what follows is as the last call left it
		}
		b.heads[i].Namelen = unix.SizeofSockaddrInet6
	}
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&b.heads[0])), burst, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// at is one of those that fill took, valid until it is called again.
func (b *batch) at(i int) ([]byte, netip.AddrPort) {
	a := &b.names[i]
	var host netip.Addr
	if a.Family == unix.AF_INET {
		host = netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(a)).Addr)
	} else {
		host = netip.AddrFrom16(a.Addr).Unmap()
	}
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&a.Port))[:])
	return b.bytes[i][:min(int(b.heads[i].n), datagram)], netip.AddrPortFrom(host, port)
}
