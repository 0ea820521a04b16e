//! Profiles: the ports of well-known applications, as their vendors document them.
//!
//! A profile is data: ports that are always used, and ranges of which a share is. What is chosen
//! of a range is random, and so are the instance numbers. A profile is one list: which of its ports
//! are of tcp and which of udp is not told apart. Port 22, where it is in a profile, is SSH, by which
//! the host is administered: RFC 4253, section 4, and IANA.

use super::dice::Dice;
use super::draft::Draft;

/// The ports of an application.
#[derive(Debug)]
pub(super) struct Profile {
    /// Ports that every installation listens on.
    fixed: &'static [u32],
    /// Ranges of which some ports are used; they share what is wanted beyond the fixed ports.
    ranges: &'static [Range],
    /// Ports that repeat for each instance, such as 3200 + NN.
    instances: &'static [Series],
}

/// Ports of which some are used.
#[derive(Debug)]
struct Range {
    from: u32,
    to: u32,
    /// Every how many ports one may be used.
    step: u32,
    /// Its part of what is wanted, in percent.
    share: u32,
}

/// A port for each instance number: `base + step · number`.
#[derive(Debug)]
struct Series {
    base: u32,
    step: u32,
}

/// Most instance numbers: 00 to 99.
const MOST_INSTANCES: u32 = 100;

const fn range(from: u32, to: u32, step: u32, share: u32) -> Range {
    Range { from, to, step, share }
}

const fn series(base: u32, step: u32) -> Series {
    Series { base, step }
}

/// A domain controller.
///
/// Microsoft, "How to configure a firewall for Active Directory domains and trusts": DNS, Kerberos,
/// RPC endpoint mapper, LDAP, SMB, password change, LDAPS, global catalogue; RPC 49152-65535.
/// Beside them Web Services (9389), from "Active Directory Web Services", and `WinRM` (5985, 5986).
pub(super) const DIRECTORY_SERVER: Profile = Profile {
    fixed: &[53, 88, 135, 139, 389, 445, 464, 636, 3268, 3269, 5985, 5986, 9389],
    ranges: &[range(49_152, 49_999, 1, 60), range(49_152, 65_535, 1, 40)],
    instances: &[],
};

/// A node of a cluster that is also its control plane.
///
/// Kubernetes, "Ports and Protocols": API server 6443, etcd 2379-2380, kubelet 10250,
/// kube-proxy 10256, controller manager 10257, scheduler 10259, node ports 30000-32767.
pub(super) const KUBERNETES_NODE: Profile = Profile {
    fixed: &[22, 2_379, 2_380, 6_443, 10_250, 10_256, 10_257, 10_259],
    ranges: &[range(30_000, 32_767, 1, 100)],
    instances: &[],
};

/// A host for passive FTP.
///
/// RFC 959 and IANA: control 21, data 20, over TLS 990 and 989; RFC 1579 on passive transfers. The
/// passive range is one's own choice; `ProFTPD`, "`PassivePorts`", has 49152-65534 as its example, the
/// ports that RFC 6335 calls dynamic.
pub(super) const PASSIVE_FTP: Profile = Profile {
    fixed: &[20, 21, 22, 989, 990],
    ranges: &[range(49_152, 65_534, 1, 100)],
    instances: &[],
};

/// Application servers of several instance numbers NN on a host.
///
/// SAP, "TCP/IP Ports of All SAP Products": dispatcher 32NN, gateway 33NN and 48NN, message server
/// 36NN, 39NN and 81NN, ICM 80NN and 443NN, host agent 1128 and 1129, start service 5NN13 and
/// 5NN14, Java 5NN00 to 5NN04 and 5NN08, HANA 3NN13 and 3NN15; router 3299.
pub(super) const SAP: Profile = Profile {
    fixed: &[22, 1_128, 1_129, 3_299],
    ranges: &[],
    instances: &[
        series(3_200, 1),
        series(3_300, 1),
        series(3_600, 1),
        series(50_013, 100),
        series(50_014, 100),
        series(8_000, 1),
        series(44_300, 1),
        series(3_900, 1),
        series(8_100, 1),
        series(4_800, 1),
        series(50_000, 100),
        series(50_001, 100),
        series(50_004, 100),
        series(50_008, 100),
        series(30_013, 100),
        series(30_015, 100),
    ],
};

/// A server for calls and streams.
///
/// IANA: RTSP 554, RTMP 1935, STUN 3478 and 5349, SIP 5060 and 5061, H.323 1720, RTSP 8554. RFC 3550,
/// section 11: RTP on even ports; Cisco, "RTP port range": 16384-32767.
pub(super) const MEDIA_SERVER: Profile = Profile {
    fixed: &[80, 443, 554, 1_720, 1_935, 3_478, 5_060, 5_061, 5_349, 8_554],
    ranges: &[range(16_384, 32_766, 2, 100)],
    instances: &[],
};

/// The nodes of a cluster for big data behind one group.
///
/// Apache, `hdfs-default.xml` (8020, 9864, 9866-9868, 9870, 8480, 8485), `yarn-default.xml`
/// (8030-8033, 8040, 8042, 8088), `mapred-default.xml` (10020, 19888, 13562), `HBase` (16000, 16010, 16020, 16030),
/// `ZooKeeper` (2181, 2888, 3888), Kafka (9092), Hive (9083, 10000, 10002) and Spark (7077, 8080,
/// 8081, 18080, 4040 and up); what binds to port 0 gets one of 32768-60999, `ip_local_port_range`
/// of Linux.
pub(super) const BIG_DATA: Profile = Profile {
    fixed: &[
        22, 2_181, 2_888, 3_888, 4_040, 4_041, 4_042, 7_077, 8_020, 8_030, 8_031, 8_032, 8_033,
        8_040, 8_042, 8_080, 8_081, 8_088, 8_480, 8_485, 9_083, 9_092, 9_864, 9_866, 9_867, 9_868,
        9_870, 10_000, 10_002, 10_020, 13_562, 16_000, 16_010, 16_020, 16_030, 18_080, 19_888,
    ],
    ranges: &[range(32_768, 60_999, 1, 100)],
    instances: &[],
};

impl Profile {
    /// Draws the ports: first those of every installation, then of instances and of ranges.
    pub(super) fn draw(&self, dice: &mut Dice, draft: &mut Draft) {
        self.fixed.iter().for_each(|&port| draft.add(port));
        self.draw_instances(dice, draft);
        let fixed = u32::try_from(self.fixed.len()).expect("a profile has few ports");
        let wanted = draft.wanted().saturating_sub(fixed);
        for range in self.ranges {
            range.draw(wanted, dice, draft);
        }
    }

    /// Instance numbers in random order, each with a port of each series, until there are enough.
    fn draw_instances(&self, dice: &mut Dice, draft: &mut Draft) {
        if self.instances.is_empty() {
            return;
        }
        let mut numbers: Vec<u32> = (0..MOST_INSTANCES).collect();
        dice.shuffle(&mut numbers);
        for number in numbers {
            for Series { base, step } in self.instances {
                draft.add(base + step * number);
            }
        }
    }
}

impl Range {
    /// Draws the range's share of `wanted` ports; the last may have been drawn before.
    fn draw(&self, wanted: u32, dice: &mut Dice, draft: &mut Draft) {
        let n_places = (self.to - self.from) / self.step + 1;
        let n_ports = (wanted * self.share).div_ceil(100).min(n_places);
        let mut places: Vec<u32> = (0..n_places).collect();
        dice.shuffle(&mut places);
        for place in places.into_iter().take(n_ports as usize) {
            draft.add(self.from + place * self.step);
        }
    }
}
