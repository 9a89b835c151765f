"""What a user would write with MONAI: resample, slide a window, enlarge the softmax, take the largest. All in float32.

After MONAI's own spleen and BTCV tutorials, with their transforms.
"""

import numpy as np
import torch
from monai.data import MetaTensor
from monai.inferers import sliding_window_inference
from monai.networks.nets import VNet as MonaiVNet
from monai.transforms import Compose, EnsureChannelFirst, Orientation, ScaleIntensityRange, Spacing
from torch import nn
from torch.nn import functional

from flare_gui import geometry
from flare_gui.model.preprocess import Window
from flare_gui.volume import Volume


def monai_vnet() -> nn.Module:
    """MONAI's VNet as it comes, with five classes. Untrained: it is here for its time, not for its labels."""
    torch.manual_seed(0)
    return MonaiVNet(spatial_dims=3, in_channels=1, out_channels=5).eval()


def segment_with_monai(volume: Volume, network: nn.Module, spacing_mm: float, patch: int, window: Window) -> np.ndarray:
    """uint8 labels on the grid of `volume`, of a network in float32 that works at `spacing_mm` on tiles of `patch`."""
    prepare = Compose(
        [
            EnsureChannelFirst(channel_dim="no_channel"),
            Orientation(axcodes="RAS", labels=None),
            Spacing(pixdim=(spacing_mm,) * 3, mode="bilinear"),
            ScaleIntensityRange(window.low, window.high, -1.0, 1.0, clip=True),
        ]
    )
    with torch.inference_mode():
        image = prepare(MetaTensor(torch.from_numpy(volume.hu), affine=torch.from_numpy(volume.affine)))
        logits = sliding_window_inference(
            image.as_tensor()[None].float(), (patch,) * 3, 1, network, overlap=0.25, mode="gaussian"
        )
        upright = geometry.reorient(volume.affine, volume.shape)
        shape = upright.apply(volume.hu).shape
        probabilities = functional.interpolate(torch.softmax(logits, 1), size=shape, mode="trilinear")
        labels = probabilities.argmax(1)[0].to(torch.uint8).numpy()
    return np.ascontiguousarray(upright.undo(labels))
