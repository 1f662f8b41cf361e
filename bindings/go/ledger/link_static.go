// SPDX-License-Identifier: MIT

//go:build icp_static

package ledger

// #cgo pkg-config: --static libicp-ledger
// #cgo CFLAGS: -DICP_STATIC
import "C"
