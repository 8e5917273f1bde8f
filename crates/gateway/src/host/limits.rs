//! How many calls a principal and a tenant may make: a noisy one is told when to come back, others never notice.

use std::{hash::Hash, num::NonZeroU32};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use rpc::{Code, RpcError};
use tenancy::{Actor, Principal, TenantId};

/// Calls a second; bursts of twice as many are let through.
#[derive(Clone, Copy, Debug)]
pub struct CallQuota {
    pub per_principal: NonZeroU32,
    pub per_tenant: NonZeroU32,
}

pub(super) struct CallLimits {
    principals: DefaultKeyedRateLimiter<(TenantId, Actor)>,
    tenants: DefaultKeyedRateLimiter<TenantId>,
    clock: DefaultClock,
}

impl CallLimits {
    pub(super) fn new(quota: CallQuota) -> Self {
        let limiter = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(TWO));
        CallLimits {
            principals: RateLimiter::keyed(limiter(quota.per_principal)),
            tenants: RateLimiter::keyed(limiter(quota.per_tenant)),
            clock: DefaultClock::default(),
        }
    }

    pub(super) fn charge(&self, principal: &Principal) -> Result<(), RpcError> {
        self.check(&self.principals, &(principal.tenant, principal.actor()))?;
        self.check(&self.tenants, &principal.tenant)
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), RpcError> {
        limiter.check_key(key).map_err(|wait| RpcError {
            retry_after_ms: Some(wait.wait_time_from(self.clock.now()).as_millis() as u64 + 1),
            ..RpcError::new(Code::TooManyRequests, "rate_limited", "too many calls; see retryAfterMs")
        })
    }
}

const TWO: NonZeroU32 = NonZeroU32::new(2).expect("two is not zero");
