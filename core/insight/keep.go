package insight

import (
	"lianou/core"
	"lianou/core/pg"
)

// Renew notes a scan of a township in which nothing could differ: what was found stands as
// it is, and is from now on what this scan found.
func (s Store) Renew(tx *pg.Tx, town core.RegionCode, by Scanned) {
	const sql = `update finding_town set book = $2, on_day = $3, scanned = $4, beside = '{}' where region = $1`
	tx.Later("note the scan of a township", sql, string(town), by.Book, by.On.Time(), tx.Now())
}

// Judged notes that single households were judged by another Book than the township's last
// scan, whether or not that found anything: their findings are that Book's since.
func (s Store) Judged(tx *pg.Tx, town core.RegionCode, book string) {
	const sql = `update finding_town set beside = array_append(beside, $2::text) where region = $1 and not $2 = any(beside)`
	tx.Later("note a look by another Book", sql, string(town), book)
}

// Packed notes that rows were packed anew and that nobody judged them: what is kept of
// those households was found of other facts, until the next scan of everybody.
func (s Store) Packed(tx *pg.Tx, town core.RegionCode) { s.Judged(tx, town, "") }

// Only reports whether everything that is kept of the township was found by the Book of its
// last scan or by another one that is named, from the facts as they are packed.
func (t *Town) Only(book string) bool {
	for _, b := range t.Beside {
		if b != book && b != t.By.Book || b == "" {
			return false
		}
	}
	return true
}
