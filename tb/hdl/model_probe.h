// SPDX-License-Identifier: Apache-2.0
// Values for model_probe.sv, each due at a time of its own: the CPUs of the model run ahead of the simulator, and what they do
// is shown when the simulator gets there. Python pushes a value only when it changes; nothing happens per clock.
#pragma once
#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include "vpi_user.h"

class ModelProbe {
  struct Update {
    uint64_t time;
    uint64_t order;
    int signal;
    bool is_text;
    uint64_t number;
    std::string text;
    bool operator>(const Update& other) const { return time != other.time ? time > other.time : order > other.order; }
  };
  std::priority_queue<Update, std::vector<Update>, std::greater<Update>> due_;
  std::vector<vpiHandle> signals_;
  uint64_t pushed_ = 0;
  uint64_t next_ = ~0ull;

  void put(const Update& update) {
    s_vpi_value value;
    s_vpi_vecval words[2];
    if (update.is_text) {
      value.format = vpiStringVal;
      value.value.str = const_cast<PLI_BYTE8*>(update.text.c_str());
    } else {
      words[0] = {static_cast<PLI_UINT32>(update.number), 0};
      words[1] = {static_cast<PLI_UINT32>(update.number >> 32), 0};
      value.format = vpiVectorVal;
      value.value.vector = words;
    }
    vpi_put_value(signals_[update.signal], &value, nullptr, vpiNoDelay);
  }

 public:
  // The number of a signal by its hierarchical name; -1 if this design has none.
  int find(const char* name) {
    vpiHandle handle = vpi_handle_by_name(const_cast<PLI_BYTE8*>(name), nullptr);
    if (!handle) return -1;
    signals_.push_back(handle);
    return static_cast<int>(signals_.size()) - 1;
  }
  void push(uint64_t time, int signal, bool is_text, uint64_t number, const char* text) {
    due_.push({time, pushed_++, signal, is_text, number, text ? text : ""});
    next_ = due_.top().time;
  }
  uint64_t next() const { return next_; }  // when the next value is due; never: all ones
  // Puts what is due by `now`. True if there was something.
  bool apply(uint64_t now) {
    if (next_ > now) return false;
    while (!due_.empty() && due_.top().time <= now) {
      put(due_.top());
      due_.pop();
    }
    next_ = due_.empty() ? ~0ull : due_.top().time;
    return true;
  }
};
