package hardship

import "lianou/core/policy"

// WeightsOf gives the weights that a Book's edition sets: Even where it sets none.
func WeightsOf(book *policy.Book) Weights {
	if book.Index == nil {
		return Even
	}
	return Weights(book.Index.Weights)
}

// VersionOf names the formula with a Book's weights.
func VersionOf(book *policy.Book) string {
	w := WeightsOf(book)
	return w.Version()
}

// Version is "H-1" for the built-in weights, wherever they are written, and for others
// "H-1/" with the first eight places of their digest.
func (w *Weights) Version() string {
	if *w == Even {
		return Version
	}
	return Version + "/" + w.Digest()[:8]
}

// Tops gives what each part can come to at most by a Book, in tenths.
func Tops(book *policy.Book) [dimensions]int {
	w := WeightsOf(book)
	return w.Tops()
}

// Tops gives what each part can come to at most by these weights, in tenths.
func (w *Weights) Tops() (most [dimensions]int) {
	for i, p := range emptyParts() {
		most[i] = int(weigh(int64(p.Most), w[i]))
	}
	return most
}

// Names are the parts' names in Chinese, in order.
func Names() (names [dimensions]string) {
	for i, p := range emptyParts() {
		names[i] = p.Label
	}
	return names
}
