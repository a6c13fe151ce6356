//go:build !linux || !amd64 || !cgo || !msgaudit

package wecom

func openVault(ArchiveConfig) (vault, error) { return nil, ErrNoArchive }
