package boot

import (
	"os"
	"path/filepath"
)

// The rails to the bank (代发通道).
const (
	RailHTTP   = "http"
	RailFolder = "folder"
)

// BankRail is the rail in use; "" without a bank.
func BankRail(cfg *Config) string {
	c := cfg.Bank
	if c.Rail == "" && c.BaseURL != "" {
		return RailHTTP
	}
	return c.Rail
}

// checkBank finds settings of the bank that cannot work.
func checkBank(cfg *Config) []string {
	switch b := cfg.Bank; BankRail(cfg) {
	case RailFolder:
		if !filepath.IsAbs(b.SendDir) || !filepath.IsAbs(b.TakeDir) || filepath.Clean(b.SendDir) == filepath.Clean(b.TakeDir) {
			return []string{"LIANOU_BANK_SEND_DIR and LIANOU_BANK_TAKE_DIR must be two different absolute paths"}
		}
		// Whoever may write there speaks as the bank. A share that is mounted later is looked
		// at with each use.
		if at, err := os.Stat(b.TakeDir); err == nil && at.Mode().Perm()&0o022 != 0 {
			return []string{"LIANOU_BANK_TAKE_DIR is writable by group or others: whoever may write there speaks as the bank (chmod go-w, owned by the account that brings the bank's files)"}
		}
	case RailHTTP:
		if b.BaseURL == "" {
			return []string{"LIANOU_BANK_RAIL is http and LIANOU_BANK_URL is not set"}
		}
	case "":
		if b.SendDir != "" || b.TakeDir != "" {
			return []string{"LIANOU_BANK_SEND_DIR and LIANOU_BANK_TAKE_DIR are used with LIANOU_BANK_RAIL=folder only"}
		}
	default:
		return []string{"LIANOU_BANK_RAIL is neither http nor folder"}
	}
	return nil
}
