package standin

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// asked answers whether the bank has a file of a name, with a receipt.
func (b *bank) asked(w http.ResponseWriter, r *http.Request, f Fault) {
	name, isPay := strings.CutSuffix(r.PathValue("name"), ".pay")
	if !isPay {
		http.Error(w, "file name not allowed", http.StatusBadRequest)
		return
	}
	give(w, b.receipt(name, f), f)
}

// receipt says what the bank has under a name.
func (b *bank) receipt(stem string, f Fault) []byte {
	b.mu.Lock()
	sum := b.st.Taken[stem]
	b.mu.Unlock()
	if f.Mode == ModeForeign {
		stem = "LN000000999999"
	}
	return renderReceipt(stem, sum)
}

// renderReceipt writes the A file: 0000 and the digest of what the bank has, or 0001.
func renderReceipt(batch, sum string) []byte {
	word := "0000"
	if sum == "" {
		word = "0001"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "A%s%s%s\r\n", fit(batch, 20), word, fit(sum, 64))
	return endFile(&b, 0, 0)
}

const lenQ = 25

// parseAsk reads a question about a batch.
func parseAsk(raw []byte) (batch string, offer int64, err error) {
	body, ok := bytes.CutSuffix(raw, []byte("\r\n"))
	rec, end, two := bytes.Cut(body, []byte("\r\n"))
	if !ok || !two || len(rec) != lenQ || rec[0] != 'Q' || len(end) != lenT || string(end[:24]) != "T"+strings.Repeat("0", 23) ||
		string(end[24:]) != sm3hex(raw[:lenQ+2]) {
		return "", 0, badForm("不是查询文件")
	}
	r := record{rest: rec[1:], no: 1}
	batch, offer = r.text(20), r.num(4)
	return batch, offer, r.err
}
