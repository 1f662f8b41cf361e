// SPDX-License-Identifier: MIT

//go:build icp_static

package ledger

// #cgo pkg-config: libicp-ledger-static
import "C"
