package main

import (
	"lianou/cmd/internal/boot"
	"lianou/core/payout"
)

// rail looks at the way to the bank.
func rail(cfg *boot.Config) []finding {
	b := cfg.Bank
	switch boot.BankRail(cfg) {
	case "":
		return []finding{remark("bank", "neither LIANOU_BANK_URL nor LIANOU_BANK_RAIL is set: batches are made and wait")}
	case boot.RailHTTP:
		return nil
	}
	folder, err := payout.NewFolder(payout.FolderConfig{Send: b.SendDir, Take: b.TakeDir})
	if err == nil {
		err = folder.Ready()
	}
	if err != nil {
		return []finding{mend("bank", "LIANOU_BANK_SEND_DIR must be writable and LIANOU_BANK_TAKE_DIR readable for this account, and writable by its owner alone: %w", err)}
	}
	return []finding{well("bank", "files go to "+b.SendDir+" and come from "+b.TakeDir)}
}
