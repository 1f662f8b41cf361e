/* SPDX-License-Identifier: MIT */
/** @file
 * Everything of libicp.
 */
#pragma once
#include <icp/arrow.h>
#include <icp/base.h>
#include <icp/batch.h>
#include <icp/dataset.h>
#include <icp/decisions.h>
#include <icp/events.h>
#include <icp/fit.h>
#include <icp/govern.h>
#include <icp/model.h>
#include <icp/reference.h>
#include <icp/score.h>
