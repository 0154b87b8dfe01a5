//! The ledger: the record as the event loop keeps it.

use std::sync::Arc;

use crate::paged_list::PagedList;
use crate::record::{End, Exchange, Record};

/// Owned by the event loop, so that noting takes no lock; a clone is a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    counts: Record,
    hits: PagedList<(Arc<str>, u64)>,
    exchanges: PagedList<Exchange>,
}

/// The place of an exchange in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExchangeId(usize);

impl Ledger {
    pub(crate) fn new() -> Ledger {
        let counts = Record::default();
        Ledger {
            counts,
            hits: PagedList::new(),
            exchanges: PagedList::new(),
        }
    }

    /// Counts an accepted connection and numbers it.
    pub(crate) fn opened(&mut self) -> u64 {
        let counts = &mut self.counts;
        counts.connections_accepted += 1;
        counts.connections_open += 1;
        counts.connections_most_open =
            counts.connections_most_open.max(counts.connections_open);
        counts.connections_accepted
    }

    /// Counts a connection that could not be accepted.
    pub(crate) fn refused(&mut self) {
        self.counts.connections_refused += 1;
    }

    pub(crate) fn closed(&mut self) {
        self.counts.connections_open -= 1;
    }

    pub(crate) fn malformed(&mut self) {
        self.counts.requests_malformed += 1;
    }

    /// Lists a path; the index is the one to count its hits under.
    pub(crate) fn list(&mut self, path: Arc<str>) -> usize {
        self.hits.push((path, 0))
    }

    /// Counts a hit and returns the number of hits before it.
    pub(crate) fn hit(&mut self, listed: Option<usize>) -> u64 {
        let Some((_, hits)) = listed.and_then(|index| self.hits.get_mut(index)) else {
            self.counts.hits_unlisted += 1;
            return u64::MAX;
        };
        *hits += 1;
        *hits - 1
    }

    /// Notes a request that was read whole.
    pub(crate) fn began(
        &mut self,
        path: Arc<str>,
        connection: u64,
        now: u64,
    ) -> ExchangeId {
        let counts = &mut self.counts;
        counts.requests += 1;
        counts.requests_in_flight += 1;
        counts.requests_most_in_flight = counts
            .requests_most_in_flight
            .max(counts.requests_in_flight);
        self.exchanges.keep(Record::MOST_EXCHANGES);
        ExchangeId(self.exchanges.push(Exchange {
            path,
            connection,
            started_ns: now,
            ended_ns: None,
            status: None,
            body_bytes: 0,
            end: End::Unfinished,
        }))
    }

    /// Notes how it ended.
    pub(crate) fn ended(
        &mut self,
        id: ExchangeId,
        now: u64,
        end: End,
        status: Option<u16>,
        body_bytes: u64,
    ) {
        self.counts.requests_in_flight -= 1;
        if let Some(exchange) = self.exchanges.get_mut(id.0) {
            exchange.ended_ns = Some(now);
            exchange.end = end;
            exchange.status = status;
            exchange.body_bytes = body_bytes;
        }
    }

    /// The ledger as plain data.
    pub(crate) fn record(&self) -> Record {
        Record {
            hits: self.hits.iter().cloned().collect(),
            exchanges: self.exchanges.iter().cloned().collect(),
            exchanges_dropped: self.exchanges.dropped() as u64,
            ..self.counts.clone()
        }
    }

    /// Paths that are listed.
    pub(crate) fn paths(&self) -> usize {
        self.hits.len()
    }
}
