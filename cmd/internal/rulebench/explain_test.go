package rulebench

import (
	"testing"
)

// Bounds of the memory of one explanation, on average over the households of B4; it took
// 41 KB in 107 pieces once, and most of the time of an explanation was that memory.
const (
	maxBytes   = 25_000
	maxObjects = 46
)

// An explanation takes little memory: on a machine whose memory is slow this, and no work, is
// what keeps B4. Not parallel: what other tests allocate would count.
//
// Controls: an Offer for every finding (31328 bytes); groundsOf that remembers none (153404
// bytes in 140 pieces); one string more in a Reason (26104 bytes).
func TestAnExplanationTakesLittleMemory(t *testing.T) {
	m, err := matcher()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := households()
	if err != nil {
		t.Fatal(err)
	}
	took := allocated(func() {
		for i := range samples {
			m.Explain(&samples[i])
		}
	})
	n := uint64(len(samples))
	t.Logf("%d bytes in %d pieces", took.bytes/n, took.objects/n)
	if took.bytes > maxBytes*n || took.objects > maxObjects*n {
		t.Errorf("an explanation takes %d bytes in %d pieces, of at most %d in %d", took.bytes/n, took.objects/n, maxBytes, maxObjects)
	}
}

func BenchmarkExplain(b *testing.B) {
	m, err := matcher()
	if err != nil {
		b.Fatal(err)
	}
	samples, err := households()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Explain(&samples[i%len(samples)])
	}
}
